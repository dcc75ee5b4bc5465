/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which format a scrape wants, by its header Accept.
 */
#ifndef ACCEPT_H
#define ACCEPT_H

#include "prometheus.h"

/**
 * accept_format() - Choose a format by the header Accept.
 * @accept: Its value; NULL if there is none.
 */
enum prometheus_format accept_format(const char *accept);

/**
 * accept_content_type() - The value of Content-Type for a format.
 * @format: The format.
 */
const char *accept_content_type(enum prometheus_format format);

#endif /* ACCEPT_H */
