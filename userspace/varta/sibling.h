/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands that are programs of their own, in packages of their own.
 */
#ifndef SIBLING_H
#define SIBLING_H

/**
 * run_sibling() - Run a program that is in the directory of this one.
 * @program: Its name, which is also that of its package.
 * @argv: Its arguments.
 *
 * Return: If it cannot be run: the exit status, after a message.
 */
int run_sibling(const char *program, char **argv);

#endif /* SIBLING_H */
