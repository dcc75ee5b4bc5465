/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program under varta run --notify says of itself by STATUS=.
 */
#ifndef STATUS_TEXT_H
#define STATUS_TEXT_H

#include <varta.h>

/* With a final NUL: a longer text is cut. */
#define STATUS_TEXT_SIZE	128

/* How the helper's command line begins once there is a text. */
#define STATUS_TEXT_TITLE	"varta-run: "

/**
 * status_text_read() - Read the text of an agent.
 * @procfs: Descriptor of /proc; a negative number for none.
 * @agent: The agent.
 * @text: Receives STATUS_TEXT_SIZE bytes, not safe on a terminal; "" if there is
 *   no text.
 *
 * The text is in the command line of the helper: a child of the agent's process
 * that has sent its last beat.
 */
void status_text_read(int procfs, const struct varta_agent *agent, char *text);

#endif /* STATUS_TEXT_H */
