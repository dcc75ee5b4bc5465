// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of an agent as text. See format.h.
 */
#include "format.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MS_PER_S	1000
#define MS_PER_M	(60 * MS_PER_S)
#define MS_PER_H	(60 * MS_PER_M)

__attribute__((format(printf, 2, 3)))
static void put(char *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(text, TEXT_SIZE, format, arguments) < 0)
		text[0] = '\0';
	va_end(arguments);
}

void format_duration(char *text, uint64_t ns)
{
	uint64_t ms = ns / 1000000;

	if (ms < MS_PER_S)
		put(text, "%" PRIu64 " ms", ms);
	else if (ms < MS_PER_M)
		put(text, "%" PRIu64 ".%" PRIu64 " s", ms / MS_PER_S,
		    ms % MS_PER_S / 100);
	else if (ms < MS_PER_H)
		put(text, "%" PRIu64 " m %" PRIu64 " s", ms / MS_PER_M,
		    ms % MS_PER_M / MS_PER_S);
	else
		put(text, "%" PRIu64 " h %" PRIu64 " m", ms / MS_PER_H,
		    ms % MS_PER_H / MS_PER_M);
}

void format_nonce(char *text, uint64_t nonce)
{
	if (nonce == VARTA_TERMINAL_NONCE)
		put(text, "terminal");
	else
		put(text, "%" PRIu64, nonce);
}

void format_namespace(char *text, uint64_t inode)
{
	if (inode)
		put(text, "pid:[%" PRIu64 "]", inode);
	else
		put(text, "unknown");
}

/* Length of the UTF-8 sequence that @first begins; 0 if it begins none. */
static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	if (first >= 0xf0 && first < 0xf5)
		return 4;
	return 0;
}

/* Rejects overlong encodings, surrogates, and codes beyond Unicode. */
static bool is_character(uint32_t code, size_t length)
{
	static const uint32_t min_code[] = { 0, 0, 0x80, 0x800, 0x10000 };

	return code >= min_code[length] && code <= 0x10ffff &&
	       !(code >= 0xd800 && code <= 0xdfff);
}

/* Returns the length of the character at @name; 0 if it is malformed. */
static size_t decode_utf8(const char *name, uint32_t *code)
{
	size_t length = sequence_length((unsigned char)name[0]);
	size_t i;

	if (!length)
		return 0;
	*code = (unsigned char)name[0];
	if (length > 1)
		*code &= 0x7fu >> length;
	for (i = 1; i < length; i++) {
		/* Not a continuation byte; true for the final NUL, too. */
		if (((unsigned char)name[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)name[i] & 0x3f);
	}
	return is_character(*code, length) ? length : 0;
}

static bool is_unsafe_on_terminal(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f },			/* control characters */
		{ 0x7f, 0x9f },
		{ 0xad, 0xad },			/* soft hyphen */
		{ 0x61c, 0x61c },		/* Arabic letter mark */
		{ 0x180e, 0x180e },		/* invisible characters */
		{ 0x200b, 0x200f },
		{ 0x2028, 0x202e },		/* separators, bidi controls */
		{ 0x2060, 0x206f },
		{ 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb },
		{ 0xe0000, 0xe0fff },		/* tag characters */
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static char *escape(char *text, const char *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < count; i++) {
		*text++ = '\\';
		*text++ = 'x';
		*text++ = digits[(unsigned char)bytes[i] >> 4];
		*text++ = digits[(unsigned char)bytes[i] & 0xf];
	}
	return text;
}

/* Only ASCII is the same in all locales: a byte of UTF-8 may be a control. */
static bool is_utf8_locale(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static bool is_safe_on_terminal(uint32_t code)
{
	return !is_unsafe_on_terminal(code) &&
	       (code < 0x80 || is_utf8_locale());
}

static void put_text(char *text, const char *name, size_t size,
		     bool for_terminal)
{
	const char *end = name + size;
	uint32_t code = 0;
	size_t length;

	while (name < end) {
		length = decode_utf8(name, &code);
		if (!length || (for_terminal && !is_safe_on_terminal(code))) {
			length = length ? length : 1;
			text = escape(text, name, length);
		} else {
			if (code == '\\')
				*text++ = '\\';
			memcpy(text, name, length);
			text += length;
		}
		name += length;
	}
	*text = '\0';
}

size_t format_fit(const char *text, size_t size)
{
	size_t used = 0, length;
	uint32_t code;

	while (text[used]) {
		length = decode_utf8(text + used, &code);
		length = length ? length : 1;
		if (used + length > size)
			break;
		used += length;
	}
	return used;
}

void format_name(char *text, const char *name)
{
	put_text(text, name, strnlen(name, VARTA_NAME_SIZE - 1), true);
}

void format_name_utf8(char *text, const char *name)
{
	put_text(text, name, strnlen(name, VARTA_NAME_SIZE - 1), false);
}

void format_text(char *text, const char *from)
{
	put_text(text, from, strlen(from), true);
}

void format_text_utf8(char *text, const char *from)
{
	put_text(text, from, strlen(from), false);
}
