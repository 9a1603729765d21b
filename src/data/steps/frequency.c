// SPDX-License-Identifier: Apache-2.0
/* Frequency: a category becomes the share of the training rows that have it, each as often as it weighs; missing cells have a share of
 * their own. A category that training had not gets 0, which is counted. What is kept: the categories in order of value, their shares,
 * and behind them that of missing cells. */
#include "data/order.h"
#include "data/step.h"
#include <stdlib.h>
#include <string.h>

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)chosen, (void)options;
    return f->columns[column].text;
}

static bm_status keep(const bmi_step_how *how, const bmi_frame_column *c, const double *weight, bmi_step_column *state)
{
    size_t n = 0;
    for (int32_t code = 0; code < c->dictionary->count; code++) n += weight[code] > 0;
    if (!bmi_step_texts(how, state, n) || !bmi_step_numbers(how, state, n + 1)) return how->error->status;
    n = 0;
    for (int32_t code = 0; code < c->dictionary->count; code++)
        if (weight[code] > 0) state->texts[n++] = bmi_dictionary_text(c->dictionary, code, NULL);
    qsort(state->texts, n, sizeof *state->texts, bmi_by_text);
    for (size_t i = 0; i < n; i++) {
        const char *text = state->texts[i];
        state->numbers[i] = weight[bmi_dictionary_find(c->dictionary, text, strlen(text))];
        if (!(state->texts[i] = bmi_arena_text(how->arena, text))) return bmi_step_no_memory(how, 64);
    }
    return BM_OK;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const bmi_frame_column *c = &f->columns[column];
    const size_t room = (size_t)c->dictionary->count;
    double *weight = bmi_alloc(f->context, room, sizeof *weight), all = 0, missing = 0;
    if (!weight) return bmi_step_no_memory(how, room * sizeof *weight);
    for (int64_t i = 0; i < f->rows; i++) {
        all += bmi_frame_weight(f, i);
        if (c->codes[i] < 0) missing += bmi_frame_weight(f, i);
        else weight[c->codes[i]] += bmi_frame_weight(f, i);
    }
    const bm_status st = keep(how, c, weight, state);
    if (!st) state->numbers[state->n_texts] = missing;
    for (size_t i = 0; !st && i <= state->n_texts; i++) state->numbers[i] /= all;
    bmi_release(f->context, weight, room, sizeof *weight);
    return st;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    bmi_frame_column old = { 0 };
    size_t first = 0;
    if (!bmi_frame_replace(f, at, 1, &first, &old)) return bmi_step_no_memory(how, (size_t)f->rows * 8);
    const bool fine = bmi_frame_name(f, first, s->name, "", "");
    for (int64_t i = 0; fine && i < f->rows; i++) {
        const char *text = old.codes[i] < 0 ? NULL : bmi_dictionary_text(old.dictionary, old.codes[i], NULL);
        const char *const *found =
            text && s->n_texts ? bsearch(&text, s->texts, s->n_texts, sizeof *s->texts, bmi_by_text) : NULL;
        f->columns[first].numbers[i] = !text ? s->numbers[s->n_texts] : found ? s->numbers[found - s->texts] : 0;
        f->counted.missing += !text;
        if (!text || found) continue;
        f->counted.unseen++;
        bmi_met_add(f->met, BMI_MET_UNSEEN, s->name, text);
    }
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_step_no_memory(how, 64);
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    for (size_t i = 1; i < s->n_texts; i++)
        if (strcmp(s->texts[i - 1], s->texts[i]) >= 0) return false;
    return s->n_numbers == s->n_texts + 1;
}

static const bmi_step_example examples[] = {
    { .table = "a,b\nx,1\ny,2\nx,3\n,4\n",
      .rows = "a,b\ny,1\nx,2\nw,3\n,4\n",
      .out = "a,b\n.25,1\n.5,2\n0,3\n.25,4\n",
      .source = "by hand" },
};

static const bmi_step_kind frequency = {
    .size = sizeof(bmi_step_kind),
    .name = "frequency",
    .doc = "a category becomes its share of the training rows",
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .categories = true,
    .takes = takes,
    .takes_what = "text",
    .fit = fit,
    .apply = apply,
    .lawful = lawful,
};
const bmi_kind bmi_kinds_step_frequency[] = { { "step", "frequency", &frequency }, { 0 } };
