// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta config: shows or changes the module's settings.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <varta.h>

#include "args.h"
#include "command.h"
#include "config_values.h"
#include "error.h"
#include "session.h"
#include "values.h"

/**
 * struct config_options - What to do.
 * @verb: list, get or set; NULL if it was left out.
 * @attribute: The setting; 0 for all.
 * @change: Set the setting to @value.
 * @value: The new value.
 * @json: Print JSON.
 */
struct config_options {
	const struct verb *verb;
	unsigned int attribute;
	bool change;
	uint64_t value;
	bool json;
};

static const struct argp_option option_table[] = {
	{ .name = "json", .key = 'j', .doc = "Print a JSON object" },
	{ 0 }
};

static const char *setting_name(unsigned int index)
{
	return index < VARTA_A_CONFIG_MAX ? varta_config_name(index + 1) : NULL;
}

static void parse_name(const char *name, struct config_options *options,
		       const struct argp_state *state)
{
	options->attribute = config_find(name);
	if (!options->attribute)
		args_unknown(state, "setting", name, setting_name);
}

static void parse_value(const char *text, struct config_options *options,
			const struct argp_state *state)
{
	unsigned int attribute = options->attribute;
	char choices[CHOICES_SIZE];

	options->change = true;
	if (!config_value_parse(attribute, text, &options->value))
		return;
	config_value_choices(attribute, choices);
	args_error(state, varta_config_name(attribute), text, "must be %s%s",
		   choices, strstr(choices, " ms") ?
		   ", such as 500ms, 5s, 2m or 1h" : "");
}

/* No setting has one of these names. */
static const struct verb {
	const char *name;
	unsigned int arguments;
} verbs[] = {
	{ "list", 0 },
	{ "get", 1 },
	{ "set", 2 },
};

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static void parse_argument(const char *argument, struct config_options *options,
			   const struct argp_state *state)
{
	if (!state->arg_num)
		options->verb = find_verb(argument);
	if (!state->arg_num && options->verb)
		return;
	if (options->change)
		argp_error(state, "unexpected argument '%s' after NAME VALUE",
			   argument);
	if (options->attribute)
		parse_value(argument, options, state);
	else
		parse_name(argument, options, state);
}

static void check_options(const struct config_options *options,
			  const struct argp_state *state)
{
	unsigned int arguments = !!options->attribute + options->change;

	if (options->verb && options->verb->arguments != arguments)
		argp_error(state, "%s takes %u arguments, not %u: must be "
			   "list, get NAME or set NAME VALUE",
			   options->verb->name, options->verb->arguments,
			   arguments);
	if (options->change && options->json)
		argp_error(state, "--json cannot be combined with a change");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct config_options *options = state->input;

	switch (key) {
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		parse_argument(argument, options, state);
		return 0;
	case ARGP_KEY_END:
		check_options(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "[list]\n[get] NAME\n[set] NAME VALUE",
	.doc = "Show all settings or one, or change one.\v"
	       "VALUE is a word for eviction_policy (strict or balanced) and "
	       "namespace_policy (isolate, pin or host); a duration for "
	       "settings whose name ends in _ms (500ms, 5s, 2m or 1h; a bare "
	       "number is ms); else a number. A change needs CAP_NET_ADMIN in "
	       "the initial user namespace and lasts until the module is "
	       "unloaded. Some settings can only be set when the module is "
	       "loaded.",
};

static int show(struct varta *v, const struct config_options *options)
{
	struct value_list list = { .count = 0 };
	struct varta_config config;
	int error = varta_config_get(v, &config);

	if (error)
		return fail_call(v, "read the settings", error);
	if (options->attribute)
		values_add_setting(&list, &config, options->attribute);
	else
		values_add_config(&list, &config);
	/* An older module may lack the setting. */
	if (!list.count)
		return fail_system("read the setting", -ENODATA);
	if (options->json)
		return values_print_json(&list);
	if (options->attribute)
		values_print_value(&list.items[0]);
	else
		values_print_text(&list);
	return EXIT_OK;
}

static int change(struct varta *v, const struct config_options *options)
{
	int error = varta_config_set(v, options->attribute, options->value);
	const char *name = varta_config_name(options->attribute);
	char choices[CHOICES_SIZE], what[64];
	int code;

	if (!error)
		return EXIT_OK;
	if (snprintf(what, sizeof(what), "set %s to %" PRIu64, name,
		     options->value) < 0)
		return EXIT_SYSTEM;
	code = fail_privileged(v, what, error);
	if (error == -ERANGE) {
		config_value_choices(options->attribute, choices);
		fprintf(stderr, "varta: %s %" PRIu64 ": out of range (%s)\n",
			name, options->value, choices);
	}
	return code;
}

static int work(struct varta *v, void *arg)
{
	const struct config_options *options = arg;

	return options->change ? change(v, options) : show(v, options);
}

int cmd_config(int argc, char **argv)
{
	struct config_options options = { 0 };

	return session_parse_and_run(&parser, argc, argv, &options, work);
}
