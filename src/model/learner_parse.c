// SPDX-License-Identifier: Apache-2.0
/* Learners from text: a kind with settings, "mlp:64,32,dropout=.2"; a line of hidden layers; or JSON.
 */
#include "base/kinds.h"
#include "model/model.h"
#include "base/part.h"
#include <string.h>

static size_t word_length(const char *text)
{
    return strcspn(text, ":( ,");
}

static bool is_learner(const char *text)
{
    char name[64];
    const size_t n = word_length(text);
    if (!n || n >= sizeof name) return false;
    memcpy(name, text, n);
    name[n] = 0;
    return bmi_kind_find("learner", name) != NULL;
}

/* Whole numbers at the start of the settings, parted by commas or blanks, are one list: "64, 32,dropout=.2" is "64x32,dropout=.2" to the
 * field tables. */
static void join_numbers(char *settings)
{
    static const char digits[] = "0123456789";
    for (char *c = settings;;) {
        char *end = c + strspn(c, digits), *next = end + strspn(end, ", ");
        const size_t more = strspn(next, digits);
        if (end == c || end == next || !more || (next[more] && !strchr(", )", next[more]))) return;
        *end = 'x';
        memmove(end + 1, next, strlen(next) + 1);
        c = end + 1;
    }
}

/* "mlp 64 32": settings stand behind a colon. Numbers are shown as they are meant. */
static bm_status fail_colon(bmi_error *e, bm_place here, const char *text, size_t name)
{
    char numbers[100];
    const char *rest = text + name + strspn(text + name, " ,");
    size_t n = 0;
    for (const char *c = rest; *c && n < sizeof numbers - 1; c++)
        if (!strchr(" ,", *c) || (n && numbers[n - 1] != ',')) numbers[n++] = *c == ' ' ? ',' : *c;
    numbers[n] = 0;
    const bool plain = strspn(rest, "0123456789 ,") == strlen(rest);
    return bmi_fail(e, BM_E_ARGUMENT, here, "\"%.100s\": settings of %.*s stand behind a colon, as in \"%.*s:%s\"", text,
                    (int)name, text, (int)name, text,
                    plain && n                    ? numbers
                    : !strncmp(text, "mlp", name) ? "64,32,dropout=.2"
                                                  : "NAME=VALUE");
}

/* True for a hint that is about this very name. */
static bool is_precise(const char *hint)
{
    return strstr(hint, "did you mean") || strstr(hint, "not there yet");
}

bm_status bmi_learner_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *text, bm_learner *to)
{
    if (text) text += strspn(text, " \t\r\n");
    if (!text || !*text) return bmi_fail(e, BM_E_ARGUMENT, here, "learner: the text is empty");
    if (!bmi_is_json(text) && is_learner(text)) {
        char *copy = bmi_arena_text(arena, text);
        if (!copy) return bmi_fail_memory(e, here, strlen(text), "a learner");
        const size_t n = word_length(copy);
        copy[n + strspn(copy + n, " ") == strlen(copy) ? n : strlen(copy)] = 0;
        if (copy[n] == ' ' || copy[n] == ',') return fail_colon(e, here, copy, n);
        if (copy[n]) join_numbers(copy + n + 1);
        return bmi_part_parse(e, here, arena, "learner", copy, to);
    }
    if (!bmi_is_json(text) && !strpbrk(text, " ,") &&
        !bmi_kind_find("layer", text)) { /* one word that no learner or layer is called */
        char hint[BMI_KIND_HINT], layer[BMI_KIND_HINT];
        bmi_kind_hint("learner", text, hint);
        if (!is_precise(hint) && is_precise(bmi_kind_hint("layer", text, layer))) memcpy(hint, layer, sizeof hint);
        hint[is_precise(hint) ? strcspn(hint, ",") : 0] = 0; /* lists of kinds say less than this one */
        return bmi_fail(e, BM_E_ARGUMENT, here,
                        "\"%.100s\" is no learner%s; there are linear, ridge, lasso, softmax, logistic, perceptron, mlp:64,32 "
                        "and others, and lines of "
                        "layers as \"dense 128 relu, dropout .3\"",
                        text, hint);
    }
    *to = bm_learner_value_at("network", &(bm_network_options){ .layers = text }, sizeof(bm_network_options), here);
    return BM_OK;
}

bm_model *bm_learner_parse_at(const char *text, const bm_recipe *recipe, bm_place here)
{
    bm_context *context = recipe ? ((const bmi_object *)(const void *)recipe)->context : NULL;
    bmi_arena arena = { .context = context };
    bmi_error e = { 0 };
    bm_learner how;
    bm_model *m;
    if (bmi_learner_parse(&e, here, &arena, text, &how)) {
        m = bmi_model_new(context, here);
        bmi_fail_from(&m->object.error, &e);
    } else m = bmi_learner_new(context, &how, recipe, here);
    bmi_arena_end(&arena);
    return bmi_model_made(m);
}
