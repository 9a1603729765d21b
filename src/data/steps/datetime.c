// SPDX-License-Identifier: Apache-2.0
/* Datetime: text that is dates is cut into numbers: column_year, _month, _day, _weekday (Monday is 0) and, where a training row has a
 * time, _hour, _minute, _second. Cells that are no date are missing and counted as unreadable. */
#include "data/datetime.h"
#include "base/text.h"
#include "data/step.h"
#include <math.h>
#include <string.h>

/* Whether all texts in the rows are dates, and whether one has a time. */
static bool all_dates(const bmi_frame *f, const bmi_frame_column *c, bool *some_time, int64_t *dates)
{
    double parts[BMI_DATETIME_PARTS];
    bool time, all = true;
    *some_time = false;
    *dates = 0;
    for (int64_t i = 0; i < f->rows; i++) {
        if (c->codes[i] < 0) continue;
        if (!bmi_datetime_read(bmi_dictionary_text(c->dictionary, c->codes[i], NULL), parts, &time)) {
            all = false;
            continue;
        }
        *some_time |= time;
        ++*dates;
    }
    return all && *dates > 0;
}

static bool takes(const bmi_frame *f, size_t column, bool chosen)
{
    bool time;
    int64_t dates;
    if (!f->columns[column].text) return false;
    const bool all = all_dates(f, &f->columns[column], &time, &dates);
    return all || (chosen && dates > 0);
}

static bm_status fit(const bmi_step_fit *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    bool time;
    int64_t dates;
    all_dates(f, &f->columns[column], &time, &dates);
    const size_t n = time ? BMI_DATETIME_PARTS : BMI_HOUR;
    state->texts = bmi_arena_alloc(how->arena, n, sizeof *state->texts);
    if (!state->texts) return bmi_fail_memory(how->error, how->here, n * sizeof *state->texts, "for a step of a recipe");
    for (size_t i = 0; i < n; i++) state->texts[i] = bmi_datetime_parts[i];
    state->n_texts = n;
    return BM_OK;
}

static bool name_columns(bmi_frame *f, size_t at, const bmi_step_column *s)
{
    for (size_t k = 0; k < s->n_texts; k++) {
        bmi_text name = { .context = f->context };
        bmi_text_add(&name, "%s_%s", s->name, s->texts[k]);
        f->columns[at + k].name = name.failed ? NULL : bmi_text_copy(f->context, name.at);
        bmi_text_end(&name);
        if (!f->columns[at + k].name) return false;
    }
    return true;
}

static bm_status apply(bmi_error *e, bm_place here, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    bmi_frame_column old = { 0 };
    bool fine = bmi_frame_replace(f, at, s->n_texts, &old) && name_columns(f, at, s);
    for (int64_t i = 0; fine && i < f->rows; i++) {
        double parts[BMI_DATETIME_PARTS];
        bool time;
        const bool date =
            old.codes[i] >= 0 && bmi_datetime_read(bmi_dictionary_text(old.dictionary, old.codes[i], NULL), parts, &time);
        f->counted.unreadable += old.codes[i] >= 0 && !date;
        for (size_t k = 0; k < s->n_texts; k++) f->columns[at + k].numbers[i] = date ? parts[k] : NAN;
    }
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_fail_memory(e, here, (size_t)f->rows * 8, "for the parts of dates");
}

static bool lawful(const bmi_step_column *s)
{
    if (s->n_numbers || (s->n_texts != BMI_HOUR && s->n_texts != BMI_DATETIME_PARTS)) return false;
    for (size_t i = 0; i < s->n_texts; i++)
        if (strcmp(s->texts[i], bmi_datetime_parts[i])) return false;
    return true;
}

static const bmi_step_kind datetime = { .name = "datetime",
                                        .doc = "dates into year, month, day, weekday, hour, minute, second",
                                        .takes = takes,
                                        .takes_what = "text that is dates",
                                        .fit = fit,
                                        .apply = apply,
                                        .lawful = lawful };
const bmi_kind bmi_kinds_step_datetime[] = { { "step", "datetime", &datetime }, { 0 } };
