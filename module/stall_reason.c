// SPDX-License-Identifier: GPL-2.0-only
/* Decides why an agent stalled. Documentation/admin-guide.md has the rules. */

#include "stall_reason.h"

static bool is_waiting(const struct varta_stall_info *info, u64 silence)
{
	return info->state == VARTA_THREAD_STATE_SLEEPING &&
	       info->asleep >= silence - silence / 2;
}

static enum varta_stall_reason
reason_of_state(const struct varta_stall_info *info, u64 silence)
{
	u64 wanted = info->cpu_time + info->run_delay;

	/* It wanted the CPU for at least half of the silence. */
	if (wanted >= silence - silence / 2)
		return info->cpu_time >= wanted / VARTA_STARVED_SHARE ?
		       VARTA_STALL_REASON_RUNNING : VARTA_STALL_REASON_STARVED;
	if (info->state == VARTA_THREAD_STATE_UNINTERRUPTIBLE ||
	    info->memory_stall)
		return VARTA_STALL_REASON_UNINTERRUPTIBLE;
	if (is_waiting(info, silence))
		return VARTA_STALL_REASON_WAITING;
	return VARTA_STALL_REASON_ACTIVE;
}

/**
 * varta_stall_decide() - why an agent stalled
 * @info: what was sampled; its reason is not read
 * @silence: time since the last beat, in nanoseconds
 */
enum varta_stall_reason varta_stall_decide(const struct varta_stall_info *info,
					   u64 silence)
{
	if (info->gone)
		return VARTA_STALL_REASON_GONE;
	if (info->dumping)
		return VARTA_STALL_REASON_DUMPING;
	if (info->exiting)
		return VARTA_STALL_REASON_EXITING;
	if (info->thread_ended)
		return VARTA_STALL_REASON_THREAD_GONE;
	if (!info->sampled)
		return VARTA_STALL_REASON_UNKNOWN;
	switch (info->state) {
	case VARTA_THREAD_STATE_FROZEN:
		return VARTA_STALL_REASON_FROZEN;
	case VARTA_THREAD_STATE_TRACED:
		return VARTA_STALL_REASON_TRACED;
	case VARTA_THREAD_STATE_STOPPED:
		return VARTA_STALL_REASON_STOPPED;
	default:
		break;
	}
	if (info->has_usage)
		return reason_of_state(info, silence);
	if (info->state == VARTA_THREAD_STATE_UNINTERRUPTIBLE)
		return VARTA_STALL_REASON_UNINTERRUPTIBLE;
	return is_waiting(info, silence) ? VARTA_STALL_REASON_WAITING :
					   VARTA_STALL_REASON_UNKNOWN;
}
