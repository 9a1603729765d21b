// SPDX-License-Identifier: Apache-2.0
/* baeum: finds the subcommand, reads its options and runs it. */
#include "base/text.h"
#include "cli/cli.h"
#include "kernels/kernel.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

const cli_command *const cli_commands[] = { &cli_train, &cli_predict,  &cli_evaluate, &cli_inspect, &cli_explain, &cli_compare,
                                            &cli_tune,  &cli_diagnose, &cli_split,    &cli_data,    NULL };

static void usage(FILE *to)
{
    fprintf(to, "baeum %s: learn from data, judge honestly, predict\n\n", bm_version());
    for (const cli_command *const *k = cli_commands; *k; k++) {
        char call[80];
        snprintf(call, sizeof call, "baeum %s %s", (*k)->name, (*k)->arguments);
        fprintf(to, "  %-38s %s\n", call, (*k)->summary);
    }
    fprintf(to, "\n  baeum COMMAND --help                   its options, with examples\n"
                "  baeum help TOPIC                       what there is of");
    const char *topics[16];
    const size_t n = cli_help_topics(topics);
    for (size_t i = 0; i < n; i++)
        fprintf(to, "%s%s", i == n / 2 ? ",\n                                         " : i ? ", " : " ", topics[i]);
    fprintf(to, ";\n                                         or of one by its name, as lasso"
                "\n  baeum --version\n\n"
                "DATA is a CSV file (- is standard input), an IDX, NPY or NPZ file, or the name of a set: baeum data list\n\n"
                "  baeum train iris\n"
                "  baeum train sales.csv --target revenue --model mlp:64,32\n"
                "  baeum predict sales.safetensors new.csv -o predictions.csv\n");
}

static const cli_command *find(const char *name)
{
    for (const cli_command *const *k = cli_commands; *k; k++)
        if (!strcmp((*k)->name, name)) return *k;
    return NULL;
}

/* What other programs call the commands; null: none. */
static const char *known_as(const char *name)
{
    static const char *const others[][2] = {
        { "fit", "train" },
        { "learn", "train" },
        { "score", "evaluate" },
        { "test", "evaluate" },
        { "eval", "evaluate" },
        { "infer", "predict" },
        { "apply", "predict" },
        { "describe", "inspect" },
        { "summary", "inspect" },
        { "info", "inspect" },
        { "show", "inspect" },
        { "datasets", "data" },
        { "coefficients", "explain" },
        { "importance", "explain" },
        { "search", "tune" },
        { "optimize", "tune" },
        { "gridsearch", "tune" },
        { "cv", "compare" },
        { "crossval", "compare" },
        { "validate", "compare" },
        { "learning-curve", "diagnose" },
        { "curve", "diagnose" },
    };
    for (size_t i = 0; i < BMI_COUNT(others); i++)
        if (!strcmp(name, others[i][0])) return others[i][1];
    return NULL;
}

static int unknown_command(cli *c, const char *name)
{
    const char *names[32];
    size_t n = cli_help_topics(names);
    for (const cli_command *const *k = cli_commands; *k; k++) names[n++] = (*k)->name;
    const char *near = known_as(name);
    if (!near) near = bmi_nearest(name, names, n);
    if (near) return cli_fail(c, CLI_USAGE, "there is no command \"%s\"; did you mean %s?", name, near);
    return cli_fail(c, CLI_USAGE, "there is no command \"%s\"; baeum --help lists them", name);
}

/* The help of a command or of a topic; null: of all. With --json it is one member of the object. */
static int help(cli *c, const char *name)
{
    char *text = NULL;
    size_t n;
    bool known = true;
    c->command = name ? find(name) : NULL;
    FILE *to = c->json ? open_memstream(&text, &n) : stdout;
    if (!to) return cli_fail(c, CLI_FAILED, "out of memory");
    if (c->command) cli_help(c->command, to);
    else if (!name) usage(to);
    else known = cli_help_kinds(name, to);
    const bool fine = !c->json || !fclose(to);
    if (fine && text && known) cli_put(c, "help", cli_text(text));
    free(text);
    if (!fine) return cli_fail(c, CLI_FAILED, "out of memory");
    return known ? CLI_DONE : unknown_command(c, name);
}

/* The first argument that is no option; null: there is none. */
static const char *first_name(char *const *arguments)
{
    while (*arguments && **arguments == '-') arguments++;
    return *arguments;
}

static int version(cli *c)
{
    if (c->json) cli_put(c, "version", json_string(bm_version()));
    else fprintf(stdout, "baeum %s\n", bm_version());
    return CLI_DONE;
}

/* Variables that say nothing that can be done are passed over, but not without a word. */
static void check_environment(cli *c)
{
    const char *threads = getenv("BAEUM_THREADS"), *isa = getenv("BAEUM_ISA");
    int64_t n;
    FILE *const to = c->to;
    c->to = stderr;
    if (threads && *threads && !(bmi_read_int(threads, strlen(threads), &n) && n >= 1))
        cli_warn(c, "BAEUM_THREADS is \"%s\", which is no number of threads; the default is taken", threads);
    if (isa && *isa && strcmp(isa, bmi_isa_name(bmi_isa_now())))
        cli_warn(c, "BAEUM_ISA is \"%s\", which this machine has not or nobody knows; %s is taken", isa,
                 bmi_isa_name(bmi_isa_now()));
    c->to = to;
}

static int run(cli *c, int argc, char **argv)
{
    char threads[32];
    int status = cli_options_read(c, argc, argv);
    if (status) return status;
    if (c->options.help) return help(c, c->command->name);
    if (cli_given(&c->options, OPT_THREADS)) {
        snprintf(threads, sizeof threads, "%d", (int)c->options.threads);
        if (setenv("BAEUM_THREADS", threads, 1)) return cli_fail(c, CLI_FAILED, "out of memory");
    } else check_environment(c);
    if (c->options.data && setenv("BAEUM_DATA", c->options.data, 1)) return cli_fail(c, CLI_FAILED, "out of memory");
    return c->command->run(c);
}

/* A standard stream that is closed would give its number to the next file that is opened, and words would go into a model. What
 * stands in its place can only be used the other way round, so that using it is still an error. */
static void hold_streams(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0) (void)!open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

int main(int argc, char **argv)
{
    cli c = { .to = stdout };
    hold_streams();
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of writing, told and tidied up as such */
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) c.json |= !strcmp(argv[i], "--json");
    if (argc < 2) return usage(stderr), CLI_USAGE;
    if (c.json) {
        c.result = json_object();
        c.warnings = json_array();
    }
    const char *const first = argv[1];
    int status;
    if (!strcmp(first, "--help") || !strcmp(first, "-h") || !strcmp(first, "help")) status = help(&c, first_name(argv + 2));
    else if (!strcmp(first, "--version") || !strcmp(first, "-V")) status = version(&c);
    else if ((c.command = find(first))) status = run(&c, argc - 1, argv + 1);
    else status = unknown_command(&c, first);
    return cli_finish(&c, status);
}
