// SPDX-License-Identifier: GPL-2.0-only
/*
 * A look as JSON. See look_text.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "json.h"
#include "look_text.h"

/* Each adds a member, and returns 0 or -ENOMEM. */

static int add_number(struct json_object *object, const char *name,
		      uint64_t number)
{
	return json_add(object, name, json_object_new_uint64(number));
}

static int add_true(struct json_object *object, const char *name, bool value)
{
	return value ? json_add(object, name, json_object_new_boolean(true)) :
		       0;
}

static struct json_object *new_text(const char *text)
{
	char *escaped = malloc(4 * strlen(text) + 1);
	struct json_object *value;

	if (!escaped)
		return NULL;
	format_text_utf8(escaped, text);
	value = json_object_new_string(escaped);
	free(escaped);
	return value;
}

static int add_object(struct json_object *object, const char *name,
		      struct json_object **added)
{
	*added = json_object_new_object();
	return json_add(object, name, *added);
}

static int append_text(struct json_object *array, const char *text)
{
	struct json_object *value = new_text(text);

	if (!value)
		return -ENOMEM;
	if (json_object_array_add(array, value)) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static int add_kernel_stack(struct json_object *object,
			    const struct task_sample *task)
{
	struct json_object *array;
	size_t i;

	if (!task->frames_count)
		return 0;
	array = json_object_new_array();
	if (json_add(object, "kernel_stack", array))
		return -ENOMEM;
	for (i = 0; i < task->frames_count; i++)
		if (append_text(array, task->frames[i]))
			return -ENOMEM;
	return 0;
}

static int add_user_stack(struct json_object *object, const char *stack)
{
	struct json_object *array;
	char *copy, *rest, *line;
	int error = 0;

	if (!stack)
		return 0;
	array = json_object_new_array();
	if (json_add(object, "user_stack", array))
		return -ENOMEM;
	copy = strdup(stack);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (!error && (line = strsep(&rest, "\n")))
		if (*line)
			error = append_text(array, line);
	free(copy);
	return error;
}

static int add_call(struct json_object *object, const struct task_sample *task)
{
	const char *name = task_call_name(task);

	if (task->call != TASK_CALL_NUMBER)
		return 0;
	if (add_number(object, "syscall", task->call_number))
		return -ENOMEM;
	return name ? json_add_text(object, "syscall_name", name) : 0;
}

static int add_change(struct json_object *object, const struct task_look *task)
{
	const struct task_change *change = &task->change;

	if (add_number(object, "interval", change->interval) ||
	    add_number(object, "run", change->run) ||
	    add_number(object, "delay", change->delay) ||
	    add_number(object, "user_ticks", change->user_ticks) ||
	    add_number(object, "system_ticks", change->system_ticks) ||
	    add_number(object, "voluntary_switches", change->voluntary) ||
	    add_number(object, "involuntary_switches", change->involuntary) ||
	    add_number(object, "major_faults", change->major_faults))
		return -ENOMEM;
	if (task->after.has_io &&
	    (add_number(object, "read_bytes", change->read_bytes) ||
	     add_number(object, "written_bytes", change->written_bytes)))
		return -ENOMEM;
	return task->still_since ?
		add_number(object, "still",
			   task->after.time - task->still_since) : 0;
}

static int add_task(struct json_object *array, const struct task_look *task)
{
	const struct task_sample *after = &task->after;
	struct json_object *object = json_object_new_object();
	char state[2] = { after->state, '\0' };

	if (!object)
		return -ENOMEM;
	if (json_object_array_add(array, object)) {
		json_object_put(object);
		return -ENOMEM;
	}
	if (add_number(object, "tid", task->tid) ||
	    json_add_text(object, "name", after->name) ||
	    json_add_text(object, "reason", stall_reason_name(task->reason)) ||
	    json_add_text(object, "state", state) ||
	    add_number(object, "cpu", after->cpu) ||
	    add_change(object, task) ||
	    json_add_text(object, "wait", after->wait) ||
	    add_call(object, after))
		return -ENOMEM;
	if (after->tracer && add_number(object, "tracer", after->tracer))
		return -ENOMEM;
	if (add_kernel_stack(object, after))
		return -ENOMEM;
	return add_user_stack(object, task->user_stack);
}

static int add_pressure(struct json_object *object, const char *name,
			const struct pressure *pressure)
{
	struct json_object *member;
	char text[TEXT_SIZE];

	if (!pressure->known)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu32 ".%02" PRIu32,
		 pressure->hundredths / 100, pressure->hundredths % 100);
	if (add_object(object, name, &member) ||
	    json_add(member, "avg10",
		     json_object_new_double_s(pressure->hundredths / 100.0,
					      text)))
		return -ENOMEM;
	return add_number(member, "total", 1000 * pressure->total_us);
}

static int add_pressures(struct json_object *object,
			 const struct pressures *pressures)
{
	struct json_object *member;

	if (add_object(object, "pressure", &member) ||
	    add_pressure(member, "cpu_some", &pressures->cpu) ||
	    add_pressure(member, "memory_some", &pressures->memory) ||
	    add_pressure(member, "memory_full", &pressures->memory_full) ||
	    add_pressure(member, "io_some", &pressures->io))
		return -ENOMEM;
	return add_pressure(member, "io_full", &pressures->io_full);
}

static int add_cgroup(struct json_object *object, const struct look *look)
{
	const struct cgroup_sample *before = &look->cgroup_before;
	const struct cgroup_sample *after = &look->cgroup_after;
	struct json_object *member;

	if (!look->cgroup[0])
		return 0;
	if (add_object(object, "cgroup", &member) ||
	    json_add_text(member, "path", look->cgroup) ||
	    add_true(member, "frozen", look->frozen))
		return -ENOMEM;
	if (!after->known)
		return 0;
	if (add_number(member, "periods", after->periods - before->periods) ||
	    add_number(member, "throttled",
		       after->throttled - before->throttled) ||
	    add_number(member, "throttled_time",
		       1000 * (after->throttled_us - before->throttled_us)) ||
	    add_number(member, "throttled_total", after->throttled) ||
	    add_number(member, "memory_high",
		       after->memory_high - before->memory_high) ||
	    add_number(member, "memory_high_total", after->memory_high) ||
	    add_number(member, "memory_max",
		       after->memory_max - before->memory_max) ||
	    add_number(member, "memory_max_total", after->memory_max) ||
	    add_number(member, "oom_total", after->oom) ||
	    add_number(member, "oom_kills_total", after->oom_kills))
		return -ENOMEM;
	return add_pressures(member, &after->pressure);
}

static int add_unreadable(struct json_object *object, const struct look *look)
{
	static const char *const names[] = {
		[LOOK_WAIT] = "wait",
		[LOOK_CALL] = "syscall",
		[LOOK_STACK] = "kernel_stack",
		[LOOK_IO] = "io",
		[LOOK_SCHEDSTAT] = "schedstat",
		[LOOK_CGROUP] = "cgroup",
		[LOOK_PRESSURE] = "pressure",
	};
	struct json_object *member;
	const char *error;
	size_t part;

	if (add_object(object, "unreadable", &member))
		return -ENOMEM;
	for (part = 0; part < LOOK_PARTS; part++) {
		error = strerrorname_np(-look->unreadable[part]);
		if (look->unreadable[part] &&
		    json_add_text(member, names[part], error ? error : "?"))
			return -ENOMEM;
	}
	return look->user_stack_text ?
		json_add_text(member, "user_stack", look->user_stack_text) : 0;
}

static int add_sentence(struct json_object *object, const struct look *look)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int error;

	if (!out)
		return -ENOMEM;
	look_write_sentence(look, out);
	error = fclose(out) ? -ENOMEM : json_add_text(object, "sentence", text);
	free(text);
	return error;
}

static int add_agent(struct json_object *object, const struct look *look)
{
	struct json_object *member;

	if (!look->is_agent)
		return 0;
	if (add_object(object, "agent", &member))
		return -ENOMEM;
	return json_add_agent(member, &look->agent);
}

static int add_tasks(struct json_object *object, const struct look *look)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	if (json_add(object, "threads", array))
		return -ENOMEM;
	for (i = 0; i < look->count; i++)
		if (add_task(array, &look->tasks[i]))
			return -ENOMEM;
	return 0;
}

static int add_all(struct json_object *object, const struct look *look)
{
	if ((look->pid && add_number(object, "pid", look->pid)) ||
	    json_add_text(object, "name", look->name) ||
	    json_add_text(object, "reason", stall_reason_name(look->reason)) ||
	    add_sentence(object, look) ||
	    json_add_owner(object, look->owner) || add_agent(object, look) ||
	    add_number(object, "threads_total", look->threads))
		return -ENOMEM;
	if (look->chosen >= 0 &&
	    add_number(object, "tid", look->tasks[look->chosen].tid))
		return -ENOMEM;
	if (look->sender && add_number(object, "sender", look->sender))
		return -ENOMEM;
	if (look->parent && add_number(object, "parent", look->parent))
		return -ENOMEM;
	if (json_add_text(object, "tracer_name", look->tracer_name) ||
	    add_tasks(object, look) || add_cgroup(object, look) ||
	    add_pressures(object, &look->machine))
		return -ENOMEM;
	return add_unreadable(object, look);
}

struct json_object *look_json(const struct look *look)
{
	struct json_object *object = json_object_new_object();

	if (object && add_all(object, look)) {
		json_object_put(object);
		return NULL;
	}
	return object;
}
