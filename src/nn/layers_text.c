// SPDX-License-Identifier: Apache-2.0
/* Layers from a line of text, "input 784, dense 512 relu, dropout .2, dense 10 softmax".
 *
 * Layers are parted by commas, their words by blanks, both outside of brackets. The first word is the kind (or an activation, which
 * becomes a layer of its own). Then numbers fill the first settings of the kind's table in order (a shape takes all that follow),
 * a bare word is the activation or a switch, and the rest is name=value. Each layer is rewritten as "units=512,activation=relu"
 * and read by the table (base/fields.h), which checks and words the errors.
 */
#include "nn/layers_text.h"
#include "base/kinds.h"
#include "base/text.h"
#include "nn/build.h"
#include "base/part.h"
#include <string.h>

static bm_node build_wrong(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    (void)options, (void)in, (void)n;
    return bm_build_fail(b, BM_E_ARGUMENT, "it could not be read from text");
}
const bm_layer_kind bmi_layer_wrong = { .size = sizeof bmi_layer_wrong,
                                        .name = "wrong",
                                        .options_size = sizeof(bm_option_bytes),
                                        .build = build_wrong,
                                        .doc = "carries the message of a text that could not be read" };

typedef struct reading {
    bmi_error *e;
    bm_place here;
    bmi_arena *arena;
    const bm_layer_kind *kind;
    bmi_text spec;         /* "units=512,activation=relu" */
    const bmi_field *next; /* that a number fills */
    bool shape;            /* a shape is being filled */
} reading;

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Length up to a comma, or to a blank, outside of brackets. */
static size_t piece(const char *at, bool word)
{
    int depth = 0;
    size_t n = 0;
    for (; at[n]; n++) {
        if (depth == 0 && (word ? blank(at[n]) || at[n] == ',' : at[n] == ',')) break;
        depth += at[n] == '(';
        depth -= at[n] == ')' && depth > 0;
    }
    return n;
}

static char *copy(reading *r, const char *at, size_t n)
{
    char *text = bmi_arena_alloc(r->arena, n + 1, 1);
    if (text && n) memcpy(text, at, n);
    if (!text) bmi_fail_memory(r->e, r->here, n + 1, "a word");
    return text;
}

static bool is_number(const char *word)
{
    double value;
    bool overflow;
    return bmi_read_real(word, strlen(word), &value, &overflow);
}

/* "28x28x1" */
static bool is_shape(const char *word)
{
    return word[0] && strspn(word, "0123456789x-") == strlen(word);
}

static void add(reading *r, const char *name, const char *value)
{
    bmi_text_add(&r->spec, "%s%s=%s", r->spec.length ? "," : "", name, value);
}

/* A number into the next setting that takes one. */
static void number(reading *r, const char *word)
{
    if (r->shape) {
        bmi_text_add(&r->spec, "x%s", word);
        return;
    }
    const bmi_field *f = r->next;
    if (!f || !f->name || (f->type != BMI_FIELD_REAL && f->type != BMI_FIELD_INT && f->type != BMI_FIELD_SHAPE)) {
        bmi_fail(r->e, BM_E_ARGUMENT, r->here, "%s: the number %s is one too many; write name=value for other settings",
                 r->kind->name, word);
        return;
    }
    add(r, f->name, word);
    r->shape = f->type == BMI_FIELD_SHAPE;
    if (!r->shape) r->next++;
}

/* A bare word: the activation or a switch. */
static void bare(reading *r, const char *word)
{
    const size_t n = strcspn(word, "(");
    const bmi_field *flag = bmi_field_find(r->kind->fields, word), *f = bmi_field_find(r->kind->fields, "activation");
    char *name = copy(r, word, n);
    if (!name) return;
    if (flag && flag->type == BMI_FIELD_BOOL) add(r, word, "true");
    else if (f && bmi_kind_find("activation", name)) add(r, "activation", word);
    else {
        const char *near = bmi_field_nearest(r->kind->fields, name);
        char hint[BMI_KIND_HINT] = "";
        if (f) bmi_kind_hint("activation", word, hint);
        if (near && !strstr(hint, "did you mean")) snprintf(hint, sizeof hint, "; did you mean \"%s\"?", near);
        bmi_fail(r->e, BM_E_ARGUMENT, r->here, "%s: \"%.60s\" is no activation or setting of it%s", r->kind->name, word, hint);
    }
}

static void word(reading *r, const char *text)
{
    const char *equals = strchr(text, '='), *bracket = strchr(text, '(');
    const bool is_setting = equals && (!bracket || equals < bracket);
    if (!is_setting && (is_number(text) || (r->next && r->next->name && r->next->type == BMI_FIELD_SHAPE && is_shape(text))))
        number(r, text);
    else {
        r->next = NULL;
        r->shape = false;
        if (is_setting) bmi_text_add(&r->spec, "%s%s", r->spec.length ? "," : "", text);
        else bare(r, text);
    }
}

/* The kind of the first word; an activation is a layer of its own. */
static void first(reading *r, const char *text)
{
    char *name = copy(r, text, strcspn(text, "("));
    if (!name) return;
    r->kind = bmi_kind_find("layer", text);
    if (!r->kind && bmi_kind_find("activation", name)) {
        r->kind = bmi_kind_find("layer", "activate");
        add(r, "activation", text);
    }
    if (r->kind) {
        r->next = r->kind->fields;
        return;
    }
    char hint[BMI_KIND_HINT];
    bmi_fail(r->e, BM_E_ARGUMENT, r->here, "\"%.60s\" is no layer%s", text, bmi_kind_hint("layer", text, hint));
}

/* One layer: the text of length n at `at`. */
static void layer(reading *r, const char *at, size_t n, bm_layer *to)
{
    r->kind = NULL;
    r->shape = false;
    r->spec = (bmi_text){ .context = r->arena->context };
    for (const char *end = at + n; at < end && !r->e->status;) {
        if (blank(*at)) {
            at++;
            continue;
        }
        const size_t length = piece(at, true);
        char *text = copy(r, at, length);
        if (text && !r->kind) first(r, text);
        else if (text) word(r, text);
        at += length;
    }
    if (!r->e->status && !r->kind)
        bmi_fail(r->e, BM_E_ARGUMENT, r->here, "layers: nothing stands between two commas or at an end");
    if (!r->e->status && r->spec.failed) bmi_fail_memory(r->e, r->here, n, "a layer's settings");
    if (!r->e->status) {
        bmi_part_make(to, r->kind->name, NULL, NULL, 0, r->here);
        to->size = r->kind->options_size;
        bmi_fields_parse(r->e, r->here, r->kind->name, r->kind->fields, to->options.at, r->spec.at ? r->spec.at : "", r->arena);
    }
    bmi_text_end(&r->spec);
}

bm_status bmi_layers_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *text, bm_layers *to)
{
    size_t count = 1, i = 0;
    for (size_t at = piece(text, false); text[at]; at += 1 + piece(text + at + 1, false)) count++;
    bm_layer *layers = bmi_arena_alloc(arena, count, sizeof *layers);
    reading r = { .e = e, .here = here, .arena = arena };
    *to = (bm_layers){ NULL, 0 };
    if (!layers) return bmi_fail_memory(e, here, count * sizeof *layers, "layers");
    for (const char *at = text; i < count && !e->status; i++) {
        const size_t n = piece(at, false);
        layer(&r, at, n, &layers[i]);
        at += n + (at[n] != 0);
    }
    if (!e->status) *to = (bm_layers){ layers, count };
    return e->status;
}

/* ---- the public list: it owns the arena that it lies in ---- */
typedef struct list {
    bmi_arena arena;
    bm_layer wrong;
} list;

static const bm_layer no_memory = { .kind = &bmi_layer_wrong,
                                    .size = sizeof(bm_option_bytes),
                                    .options = { .at = "layers: out of memory" } };

bm_layers bm_layers_parse_at(const char *text, bm_place here)
{
    bmi_error e = { 0 };
    bm_layers out;
    list *l = bmi_alloc(NULL, 1, sizeof *l);
    if (!l) return (bm_layers){ &no_memory, 1 };
    bmi_layers_parse(&e, (bm_place){ 0 }, &l->arena, text ? text : "", &out);
    bm_layer *all =
        e.status ? NULL : bmi_arena_alloc(&l->arena, out.count + 1, sizeof *all); /* the first says where the list is */
    if (!all) {
        bmi_part_make(&l->wrong, NULL, &bmi_layer_wrong, NULL, 0, here);
        l->wrong.size = sizeof(bm_option_bytes);
        snprintf((char *)l->wrong.options.at, sizeof l->wrong.options.at, "%.460s",
                 e.status ? e.text : "layers: out of memory");
        return (bm_layers){ &l->wrong, 1 };
    }
    all[0].options.p_ = l;
    memcpy(all + 1, out.at, out.count * sizeof *all);
    for (size_t i = 0; i < out.count; i++) all[i + 1].here = here;
    return (bm_layers){ all + 1, out.count };
}

void bm_layers_free(bm_layers layers)
{
    if (!layers.at || layers.at == &no_memory) return;
    list *l = layers.at->kind == &bmi_layer_wrong ? (list *)(uintptr_t)((const char *)layers.at - offsetof(list, wrong))
                                                  : layers.at[-1].options.p_;
    bmi_arena_end(&l->arena);
    bmi_release(NULL, l, 1, sizeof *l);
}
