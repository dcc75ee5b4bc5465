/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text that a scrape receives.
 */
#ifndef SCRAPE_H
#define SCRAPE_H

#include <stddef.h>

#include "feed.h"
#include "prometheus.h"

/**
 * scrape_render() - Write all metrics.
 * @feed: What is known.
 * @format: The format.
 * @size: Receives the length of the text.
 *
 * Return: The text, freed with free(); NULL if there is no memory.
 */
char *scrape_render(struct feed *feed, enum prometheus_format format,
		    size_t *size);

#endif /* SCRAPE_H */
