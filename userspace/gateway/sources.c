// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines that may send by UDP. See sources.h.
 */
#include "sources.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "parse.h"

static bool parse_address(struct source *source, const char *text)
{
	source->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(source->family, text, source->address) == 1;
}

static const struct source *find(const struct sources *sources, int family,
				 const void *address)
{
	size_t i, length = family == AF_INET6 ? 16 : 4;

	for (i = 0; i < sources->count; i++)
		if (sources->sources[i].family == family &&
		    !memcmp(sources->sources[i].address, address, length))
			return &sources->sources[i];
	return NULL;
}

const char *sources_add(struct sources *sources, const char *text)
{
	struct source source = { 0 };
	char copy[128], *number, *name;
	uint64_t value;

	if (sources->count == SOURCES_MAX)
		return "there are 256 already";
	if (strlen(text) >= sizeof(copy))
		return "too long";
	strcpy(copy, text);
	number = strchr(copy, '=');
	if (!number)
		return "not ADDRESS=NUMBER or ADDRESS=NUMBER,NAME";
	*number++ = '\0';
	name = strchr(number, ',');
	if (name) {
		*name++ = '\0';
		if (!*name || strlen(name) >= sizeof(source.name))
			return "the name must have 1 to 15 bytes";
		strcpy(source.name, name);
	}
	if (!parse_address(&source, copy))
		return "not an address of IPv4 or IPv6";
	if (parse_number(number, 1, VARTA_SOURCE_MAX, &value))
		return "the number must be 1 to 524287";
	source.number = (uint32_t)value;
	if (find(sources, source.family, source.address))
		return "this address was given before";
	sources->sources[sources->count++] = source;
	return NULL;
}

const struct source *sources_find(const struct sources *sources,
				  const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return find(sources, AF_INET,
			    &((const struct sockaddr_in *)address)->sin_addr);
	if (address->ss_family == AF_INET6)
		return find(sources, AF_INET6,
			    &((const struct sockaddr_in6 *)address)->sin6_addr);
	return NULL;
}
