/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the unit tests say, in the Test Anything Protocol.
 */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

/**
 * check() - Report one test.
 * @passed: Whether it passed.
 * @format: Its name, as for printf().
 */
__attribute__((format(printf, 2, 3)))
void check(bool passed, const char *format, ...);

/**
 * tap_end() - Print the plan.
 *
 * Return: What the program exits with.
 */
int tap_end(void);

/* The groups of tests, each in the file of its name. */
void test_answer(void);
void test_agent(void);
void test_client(void);
void test_config(void);
void test_events(void);
void test_foreign(void);
void test_frame(void);
void test_ledger(void);
void test_nonce(void);
void test_number(void);
void test_prometheus(void);
void test_relay(void);
void test_setting(void);
void test_stats(void);
void test_table(void);
void test_text(void);
void test_told(void);

#endif /* TAP_H */
