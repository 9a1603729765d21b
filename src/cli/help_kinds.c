// SPDX-License-Identifier: Apache-2.0
/* baeum help layers, losses ...: what the tables of kinds have, with the settings of each. */
#include "base/fields.h"
#include "base/kinds.h"
#include "base/text.h"
#include "cli/cli.h"
#include "data/step.h"
#include <baeum/curves.h>
#include <baeum/extend_model.h>
#include <baeum/extend_nn.h>
#include <math.h>
#include <string.h>

typedef struct topic {
    const char *name, *family, *how;
    bool choice; /* with up to two numbers in brackets; else with settings by name */
} topic;

static const topic topics[] = {
    { "models", "learner",
      "--model softmax:C=10, --model mlp:64,32,dropout=.2, --model \"dense 64 relu, dropout .2\" (see layers), or\n"
      "a file model.json: [\"dense 64 relu\", {\"kind\": \"dropout\", \"options\": {\"rate\": 0.2}}]",
      false },
    { "layers", "layer",
      "--model \"dense 64 relu, dropout .2\": first settings by place, all by name, dense units=64 max_norm=3", false },
    { "activations", "activation", "--model \"dense 64 relu\", \"dense 64 leaky_relu(.2)\"", true },
    { "losses", "loss", "--loss huber", true },
    { "optimizers", "optimizer", "--optimizer sgd:momentum=.9", false },
    { "schedules", "schedule", "--optimizer \"sgd:rate=.1,schedule=cosine\", or with numbers, schedule=cosine(1000,.1)", true },
    { "metrics", "metric", "--metrics \"accuracy,roc_auc,fbeta(.5)\"; of the library: .metrics = { BM_ACCURACY }", true },
    { "curves", "curve", "--curve roc", false },
    { "penalties", "penalty", "--model \"dense 64 relu kernel_penalty=l2(.01)\"", true },
    { "initializers", "initializer", "--model \"dense 64 relu kernel_init=he_normal\"", true },
    { "steps", "step", "--step min_max, --step age,parity=polynomial:3, --step \"size=ordinal:small < large\"", false },
};

static const char *doc_of(const topic *t, const void *record)
{
    if (t->choice) return ((const bmi_choice_kind *)record)->doc;
    if (!strcmp(t->family, "layer")) return ((const bm_layer_kind *)record)->doc;
    if (!strcmp(t->family, "optimizer")) return ((const bm_optimizer_kind *)record)->doc;
    if (!strcmp(t->family, "step")) return ((const bmi_step_kind *)record)->doc;
    return ((const bm_learner_kind *)record)->doc;
}

/* ", default .9", ", required" or nothing. */
static void say_default(const bmi_field *f, FILE *to)
{
    char number[32];
    if ((f->type == BMI_FIELD_REAL || f->type == BMI_FIELD_INT || f->type == BMI_FIELD_SHAPE) && isnan(f->number))
        fputs("; required", to);
    else if ((f->type == BMI_FIELD_REAL || f->type == BMI_FIELD_INT) && f->number >= f->low)
        fprintf(to, "; default %s", (bmi_write_real(number, f->number), number));
    else if (f->type == BMI_FIELD_WORD) fprintf(to, "; %s", bmi_field_words(f, (char[200]){ 0 }));
    else if ((f->type == BMI_FIELD_TEXT || f->type == BMI_FIELD_CHOICE) && f->text) fprintf(to, "; default %s", f->text);
}

static void say_field(const bmi_field *f, FILE *to)
{
    fprintf(to, "      %-14s  %s", f->name, f->doc ? f->doc : "");
    say_default(f, to);
    fputc('\n', to);
}

/* The setting of this name that means the same. */
static bool has_field(const bmi_field *fields, const bmi_field *f)
{
    const bmi_field *same = fields ? bmi_field_find(fields, f->name) : NULL;
    return same && same->type == f->type && same->doc && f->doc && !strcmp(same->doc, f->doc) &&
           (same->number == f->number || (isnan(same->number) && isnan(f->number)));
}

/* True for a setting that all kinds of a family have: it is said once. */
static bool is_common(const topic *t, const bmi_field *f)
{
    const bmi_kind *k;
    for (size_t i = 0; (k = bmi_kind_at(t->family, i)); i++)
        if (!has_field(((const bmi_part_kind *)k->record)->fields, f)) return false;
    return true;
}

static void say_numbers(const bmi_choice_kind *kind, FILE *to)
{
    char number[32];
    for (int i = 0; i < 2 && kind->number[i].name; i++) {
        const bm_choice_number *n = &kind->number[i];
        fprintf(to, "      %-14s  %s", n->name, n->doc ? n->doc : "");
        if (isnan(n->initial) && !strcmp(n->name, "steps")) fputs("; default: all of the fit\n", to); /* bmi_network_schedule */
        else if (isnan(n->initial)) fputs("; required\n", to);
        else fprintf(to, "; default %s\n", (bmi_write_real(number, n->initial), number));
    }
}

static void say_curves(const topic *t, FILE *to)
{
    const char *name, *doc;
    fprintf(to, "%s: %s\n\n", t->name, t->how);
    for (int64_t i = 0; (name = bm_curve_name(i, &doc)); i++) fprintf(to, "  %-18s  %s\n", name, doc);
}

static void say_kind(const topic *t, const bmi_kind *k, int width, FILE *to)
{
    const char *doc = doc_of(t, k->record);
    fprintf(to, "  %-*s  %s\n", width, k->name, doc ? doc : "");
    if (t->choice) say_numbers(k->record, to);
    for (const bmi_field *f = t->choice ? NULL : ((const bmi_part_kind *)k->record)->fields; f && f->name; f++)
        if (!is_common(t, f)) say_field(f, to);
}

/* The settings that all kinds of a topic have. */
static void say_common(const topic *t, FILE *to)
{
    bool first = true;
    const bmi_kind *any = bmi_kind_at(t->family, 0);
    for (const bmi_field *f = t->choice ? NULL : ((const bmi_part_kind *)any->record)->fields; f && f->name; f++) {
        if (!is_common(t, f)) continue;
        if (first) fprintf(to, "\n  all of them\n");
        first = false;
        say_field(f, to);
    }
}

static void say_kinds(const topic *t, FILE *to)
{
    const bmi_kind *k;
    int width = 18;
    for (size_t i = 0; (k = bmi_kind_at(t->family, i)); i++)
        if ((int)strlen(k->name) > width) width = (int)strlen(k->name);
    fprintf(to, "%s: %s\n\n", t->name, t->how);
    for (size_t i = 0; (k = bmi_kind_at(t->family, i)); i++) say_kind(t, k, width, to);
    say_common(t, to);
}

/* The kinds of a name, "lasso", a kind of one topic or of several, with their settings. */
static bool say_named(const char *name, FILE *to)
{
    const bmi_kind *k;
    bool any = false;
    for (size_t i = 0; i < BMI_COUNT(topics); i++) {
        const topic *t = &topics[i];
        for (size_t n = 0; strcmp(t->family, "curve") && (k = bmi_kind_at(t->family, n)); n++) {
            if (strcmp(k->name, name)) continue;
            fprintf(to, "%s%s: %s\n\n", any ? "\n" : "", t->name, t->how);
            say_kind(t, k, 18, to);
            say_common(t, to);
            any = true;
        }
    }
    return any;
}

bool cli_help_kinds(const char *name, FILE *to)
{
    for (size_t i = 0; i < BMI_COUNT(topics); i++)
        if (!strcmp(name, topics[i].name) || !strcmp(name, topics[i].family)) {
            if (!strcmp(topics[i].family, "curve")) say_curves(&topics[i], to);
            else say_kinds(&topics[i], to);
            return true;
        }
    return say_named(name, to);
}

size_t cli_help_topics(const char *names[16])
{
    for (size_t i = 0; i < BMI_COUNT(topics); i++) names[i] = topics[i].name;
    return BMI_COUNT(topics);
}
