/* SPDX-License-Identifier: GPL-2.0-only */
/* What the current process does to the module: it is reported to listeners. */
#ifndef _VARTA_CONFIG_H
#define _VARTA_CONFIG_H

#include "params.h"

void varta_config_change(struct varta_setting *setting, u32 value);
void varta_config_report_take(u64 counters);
void varta_config_report_gaps_reset(void);

#endif /* _VARTA_CONFIG_H */
