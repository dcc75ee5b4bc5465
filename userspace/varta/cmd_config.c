// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta config: the ledger's settings, and changing one.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <varta.h>

#include "command.h"
#include "config_values.h"
#include "error.h"
#include "json.h"
#include "session.h"

/**
 * struct config_options - What to do.
 * @verb: What was said to do; NULL where that follows from the rest.
 * @attribute: The setting that it is about; 0 for all.
 * @change: Give it @value.
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

/* For a message; NULL for want of memory. */
static char *list_names(void)
{
	char *list = NULL;
	size_t size = 0;
	unsigned int i;
	FILE *out;

	out = open_memstream(&list, &size);
	if (!out)
		return NULL;
	for (i = 1; i <= VARTA_A_CONFIG_MAX; i++)
		fprintf(out, " %s", varta_config_name(i));
	if (fclose(out)) {
		free(list);
		return NULL;
	}
	return list;
}

static void take_name(const char *name, struct config_options *options,
		      struct argp_state *state)
{
	char *names;

	options->attribute = find_setting(name);
	if (options->attribute)
		return;
	names = list_names();
	argp_error(state, "there is no setting '%s' among:%s", name,
		   names ? names : "");
	free(names);
}

static void take_value(const char *text, struct config_options *options,
		       struct argp_state *state)
{
	options->change = true;
	if (!parse_setting(options->attribute, text, &options->value))
		argp_error(state, "'%s' is not understood: %s takes %s", text,
			   varta_config_name(options->attribute),
			   setting_values(options->attribute));
}

/* No setting is called like one of these. */
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

static void take_argument(const char *argument, struct config_options *options,
			  struct argp_state *state)
{
	if (!state->arg_num)
		options->verb = find_verb(argument);
	if (!state->arg_num && options->verb)
		return;
	if (options->change)
		argp_error(state, "one NAME and VALUE are enough");
	if (options->attribute)
		take_value(argument, options, state);
	else
		take_name(argument, options, state);
}

static void check_options(const struct config_options *options,
			  struct argp_state *state)
{
	unsigned int arguments = !!options->attribute + options->change;

	if (options->verb && options->verb->arguments != arguments)
		argp_error(state, "it is: list, get NAME, or set NAME VALUE");
	if (options->change && options->json)
		argp_error(state, "a change prints nothing");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct config_options *options = state->input;

	switch (key) {
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		take_argument(argument, options, state);
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
	.doc = "Show the ledger's settings, or the one of this name; or give "
	       "it a value.\v"
	       "VALUE is a number; for eviction_policy, strict or balanced; "
	       "for namespace_policy, isolate, pin or host; for settings in "
	       "milliseconds (NAME ends in _ms), a duration: 500ms, 5s, 2m; "
	       "a bare number is ms. Changes need CAP_NET_ADMIN and last until "
	       "the module is unloaded. Some settings are fixed when it is "
	       "loaded.",
};

static void print_value(const struct varta_config *config, unsigned int i)
{
	const char *word = setting_word(i, config->value[i]);

	if (word)
		puts(word);
	else
		printf("%" PRIu64 "\n", config->value[i]);
}

static void print_text(const struct varta_config *config)
{
	unsigned int i;
	int width = 0;

	for (i = 0; i < VARTA_CONFIG_ROOM; i++)
		if (config->present[i] &&
		    (int)strlen(varta_config_name(i)) > width)
			width = (int)strlen(varta_config_name(i));
	for (i = 0; i < VARTA_CONFIG_ROOM; i++) {
		if (!config->present[i])
			continue;
		printf("%-*s  ", width, varta_config_name(i));
		print_value(config, i);
	}
}

static struct json_object *json_value(const struct varta_config *config,
				      unsigned int i)
{
	const char *word = setting_word(i, config->value[i]);

	return word ? json_object_new_string(word) :
		      json_object_new_uint64(config->value[i]);
}

static int print_json(const struct varta_config *config, unsigned int only)
{
	struct json_object *object = json_object_new_object();
	int error = object ? 0 : -ENOMEM;
	unsigned int i;

	for (i = 0; i < VARTA_CONFIG_ROOM && !error; i++)
		if (config->present[i] && (!only || i == only))
			error = json_put_new(object, varta_config_name(i),
					     json_value(config, i));
	if (!error)
		error = json_print(object, false);
	json_object_put(object);
	return error ? fail_system("print JSON", error) : EXIT_OK;
}

static int show(struct varta *v, const struct config_options *options)
{
	struct varta_config config;
	int error = varta_config_get(v, &config);

	if (error)
		return fail_call(v, "read the settings", error);
	/* The kernel may be older than this tool. */
	if (options->attribute && !config.present[options->attribute])
		return fail_system("read the setting", -ENODATA);
	if (options->json)
		return print_json(&config, options->attribute);
	if (options->attribute)
		print_value(&config, options->attribute);
	else
		print_text(&config);
	return EXIT_OK;
}

static int change(struct varta *v, const struct config_options *options)
{
	int error = varta_config_set(v, options->attribute, options->value);

	return error ? fail_privileged(v, "change the setting", error) :
		       EXIT_OK;
}

static int work(struct varta *v, void *arg)
{
	const struct config_options *options = arg;

	return options->change ? change(v, options) : show(v, options);
}

int run_config(int argc, char **argv)
{
	struct config_options options = { 0 };

	return parse_and_work(&parser, argc, argv, &options, work);
}
