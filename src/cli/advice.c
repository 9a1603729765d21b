// SPDX-License-Identifier: Apache-2.0
/* What helps where the library fails or doubts, by options of the command. Errors tell their cause (base/cause.h) and notes their
 * kind; words of theirs are not looked at. Where a part of a text is marked as advice to programs in C, what is here takes its place,
 * else it goes behind.
 */
#include "base/object.h"
#include "cli/cli.h"
#include "format/notes.h"
#include <string.h>

enum { LINE = 6000 };

/* By cause, the first row that goes with the options; BMI_CAUSE_NO_COLUMN has what header.c finds in the table itself. */
static const struct {
    bmi_cause cause;
    enum { ALWAYS, GIVEN, TAKEN } when; /* of an option: it was given; the command takes it and it was not */
    cli_option_id id;
    const char *text;
} remedies[] = {
    { BMI_CAUSE_SAME_NAMES, ALWAYS, OPT_COUNT,
      ", or read with --rename-duplicates; if the first row is data, give --no-header" },
    { BMI_CAUSE_CELLS, TAKEN, OPT_BAD_ROWS, "; --bad-rows skip leaves such rows out" },
    { BMI_CAUSE_COMMENTS, ALWAYS, OPT_COUNT, ": --comment '#'" },
    { BMI_CAUSE_TITLES, ALWAYS, OPT_COUNT, ": --skip 1" },
    { BMI_CAUSE_OUTSIDE, ALWAYS, OPT_COUNT, "; this command has none: the program that made the model can" },
    { BMI_CAUSE_UNSEEN, ALWAYS, OPT_COUNT,
      "; a class needs rows in every part: leave rare ones out, or --validation 0 --test 0" },
    { BMI_CAUSE_SHARES, ALWAYS, OPT_COUNT, "give --not-stratified" },
    { BMI_CAUSE_NO_FEATURE, ALWAYS, OPT_COUNT, "; a column besides the target must tell rows apart" },
    { BMI_CAUSE_NO_NUMBER, GIVEN, OPT_TASK, "; leave --task regression out" },
    { BMI_CAUSE_NO_NUMBER, GIVEN, OPT_LOG_TARGET, "; leave --log-target out" },
    { BMI_CAUSE_MANY_CLASSES, ALWAYS, OPT_COUNT, "give --task classification" },
    { BMI_CAUSE_FEW_ROWS, ALWAYS, OPT_COUNT, "; --validation 0 --test 0 trains on all rows" },
    { BMI_CAUSE_FEW_TIMES, ALWAYS, OPT_COUNT, "; --validation 0 makes two parts" },
    { BMI_CAUSE_SCHEDULE, GIVEN, OPT_OPTIMIZER,
      "; it stands in brackets, as in adam:schedule=cosine(1000), and an epoch has rows / batch of them" },
};

static const char *remedy(const cli *c, bmi_cause cause)
{
    for (size_t i = 0; i < BMI_COUNT(remedies); i++) {
        if (remedies[i].cause != cause) continue;
        const bool given = cli_given(&c->options, remedies[i].id), takes = c->command->options >> remedies[i].id & 1;
        if (remedies[i].when == ALWAYS || (remedies[i].when == GIVEN ? given : takes && !given)) return remedies[i].text;
    }
    return "";
}

int cli_fail_error(cli *c, int code, const char *before, const bmi_error *e)
{
    const char *more = remedy(c, e->cause);
    const int from = e->advice_from, to = e->advice_to;
    if (!*more || !to) return cli_fail(c, code, "%s%s%s", before, e->text, more);
    return cli_fail(c, code, "%s%.*s%s%s", before, from, e->text, more, e->text + to);
}

/* The same of notes: the option, where the command takes it, instead of the marked part. */
static const char *note_remedy(const cli *c, bmi_note_kind kind)
{
    static const struct {
        const char *here;
        cli_option_id id;
    } options[] = {
        [BMI_ADVICE_IS_COMMA] = { "give --decimal comma", OPT_DECIMAL },
        [BMI_ADVICE_IS_POINT] = { "give --decimal point", OPT_DECIMAL },
        [BMI_ADVICE_HEADER] = { "give --header", OPT_NO_HEADER },
        [BMI_ADVICE_SKIP] = { "--skip 1 leaves it out", OPT_NO_HEADER },
        [BMI_ADVICE_DATES] = { "give --dates dmy or mdy", OPT_DECIMAL },
        [BMI_ADVICE_DMY] = { "--dates dmy says otherwise", OPT_DECIMAL },
        [BMI_ADVICE_MDY] = { "--dates mdy says otherwise", OPT_DECIMAL },
        [BMI_ADVICE_TEXT] = { "--types COL=text keeps", OPT_NO_HEADER }, /* which --types goes with */
        [BMI_ADVICE_CATEGORIES] = { "--drop leaves the column out, --one-hot COL=all keeps all of them", OPT_STEP },
        [BMI_ADVICE_BOOTSTRAP] = { ": --bootstrap 1000 and DATA", OPT_BOOTSTRAP },
        [BMI_ADVICE_ROWS] = { ": give DATA", OPT_BOOTSTRAP },
    };
    if (c->command == &cli_predict && kind == BMI_NOTE_ONE_LEFT_OUT)
        return "stays empty"; /* there such a row keeps its place */
    if (c->command == &cli_predict && kind == BMI_NOTE_LEFT_OUT) return "stay empty";
    const char *here = kind < BMI_COUNT(options) ? options[kind].here : NULL;
    return here && (c->command->options >> options[kind].id & 1) ? here : NULL;
}

char *cli_note(const cli *c, const bmi_notes *notes, size_t i, char *into, size_t room)
{
    const char *note = notes->at[i], *here = note_remedy(c, notes->about[i].kind);
    const bmi_note *about = &notes->about[i];
    if (here && about->to) snprintf(into, room, "%.*s%s%s", about->from, note, here, note + about->to);
    else snprintf(into, room, "%s", note);
    return into;
}

void cli_warn_note(cli *c, const bmi_notes *notes, size_t i)
{
    char line[LINE];
    cli_note(c, notes, i, line, sizeof line);
    cli_warn(c, "%s", line + (strncmp(line, "! ", 2) ? 0 : 2));
}
