// SPDX-License-Identifier: Apache-2.0
/* Looking into the table of all kinds. It has a few hundred rows and is asked while models are built and plans are made, not
 * while they run. */
#include "base/kinds.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

const void *bmi_kind_find(const char *family, const char *name)
{
    for (const bmi_kind *const *table = bmi_all_kinds; *table; table++)
        for (const bmi_kind *k = *table; k->family; k++)
            if (*k->name == *name && !strcmp(k->name, name) && !strcmp(k->family, family)) return k->record;
    return NULL;
}

const bmi_kind *bmi_kind_at(const char *family, size_t i)
{
    for (const bmi_kind *const *table = bmi_all_kinds; *table; table++)
        for (const bmi_kind *k = *table; k->family; k++)
            if (!strcmp(k->family, family) && i-- == 0) return k;
    return NULL;
}

const char *bmi_kind_nearest(const char *family, const char *name)
{
    const char *both[2] = { NULL, NULL };
    for (const bmi_kind *const *table = bmi_all_kinds; *table; table++)
        for (const bmi_kind *k = *table; k->family; k++) {
            if (strcmp(k->family, family)) continue;
            both[1] = k->name;
            both[0] = bmi_nearest(name, both, 2); /* the best so far against one more */
        }
    return both[0];
}

/* What other programs say; null: there is none of it here. */
static const struct {
    const char *family, *theirs, *ours;
} others[] = {
    { "activation", "swish", "silu" },
    { "activation", "lrelu", "leaky_relu" },
    { "activation", "identity", "linear" },
    { "activation", "none", "linear" },
    { "activation", "logistic", "sigmoid" },
    { "loss", "crossentropy", "softmax_crossentropy" },
    { "loss", "cross_entropy", "softmax_crossentropy" },
    { "loss", "log_loss", "binary_crossentropy" },
    { "loss", "bce", "binary_crossentropy" },
    { "loss", "mean_squared_error", "mse" },
    { "loss", "l2", "sse" },
    { "loss", "mean_absolute_error", "mae" },
    { "loss", "l1", "sae" },
    { "metric", "acc", "accuracy" },
    { "metric", "auc", "roc_auc" },
    { "optimizer", "rms", "rmsprop" },
    { "layer", "fc", "dense" },
    { "layer", "bn", "batch_norm" },
    { "layer", "batch_normalization", "batch_norm" },
    { "layer", "layer_normalization", "layer_norm" },
    { "layer", "conv", NULL },
    { "layer", "conv1d", NULL },
    { "layer", "conv2d", NULL },
    { "layer", "max_pooling2d", NULL },
    { "layer", "maxpool", NULL },
    { "layer", "embedding", NULL },
    { "layer", "attention", NULL },
    { "layer", "lstm", NULL },
    { "layer", "gru", NULL },
    { "layer", "rnn", NULL },
    { "learner", "logreg", "logistic" },
    { "learner", "nn", "mlp" },
    { "learner", "ols", "linear" },
    { "learner", "ridge", NULL },
    { "learner", "lasso", NULL },
    { "learner", "tree", NULL },
    { "learner", "forest", NULL },
    { "learner", "random_forest", NULL },
    { "learner", "knn", NULL },
    { "learner", "svm", NULL },
    { "learner", "xgboost", NULL },
};

/* "Leaky-ReLU(.1)" gives "leaky_relu"; its length in `name` is returned. */
static size_t plain_name(const char *name, char plain[64])
{
    size_t n = 0;
    for (; name[n] && !strchr("(: ", name[n]) && n < 63; n++)
        plain[n] = (char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] + ('a' - 'A') : name[n] == '-' ? '_' : name[n]);
    plain[n] = 0;
    return n;
}

/* The name with the settings that followed the wrong one, as its family takes them: dense 64 relu, l2(.01), mlp:8. */
static void rewrite(const char *family, const char *name, const char *rest, char into[100])
{
    const int layer = !strcmp(family, "layer"), by_name = !strcmp(family, "learner") || !strcmp(family, "optimizer");
    size_t n = (size_t)snprintf(into, 100, "%s%s", name, by_name && strlen(rest) < 40 ? rest : "");
    if (!*rest || by_name) return;
    into[n++] = layer ? ' ' : '(';
    for (rest++; *rest && n < 96; rest++)
        if (*rest != ')' && !(layer && *rest == ',' && rest[1] == ' ')) into[n++] = layer && *rest == ',' ? ' ' : *rest;
    if (!layer) into[n++] = ')';
    while (into[n - 1] == ' ') n--;
    into[n] = 0;
}

static void list(const char *family, const char *before, char into[BMI_KIND_HINT])
{
    const bmi_kind *k;
    size_t n = (size_t)snprintf(into, BMI_KIND_HINT, "; %sthere are ", before);
    for (size_t i = 0; (k = bmi_kind_at(family, i)); i++) {
        if (n + strlen(k->name) + 8 > BMI_KIND_HINT) {
            snprintf(into + n, BMI_KIND_HINT - n, " ...");
            return;
        }
        n += (size_t)snprintf(into + n, BMI_KIND_HINT - n, "%s%s", i ? ", " : "", k->name);
    }
}

const char *bmi_kind_hint(const char *family, const char *name, char into[BMI_KIND_HINT])
{
    char plain[64], whole[100];
    const size_t n = plain_name(name, plain);
    const char *near = bmi_kind_find(family, plain) ? plain : NULL;
    for (size_t i = 0; !near && i < sizeof others / sizeof *others; i++) {
        if (strcmp(others[i].family, family) || strcmp(others[i].theirs, plain)) continue;
        if (others[i].ours) near = bmi_kind_find(family, others[i].ours) ? others[i].ours : NULL;
        else return list(family, "it is not there yet, ", into), into;
    }
    if (!near) near = bmi_kind_nearest(family, plain);
    if (!near) return list(family, "", into), into;
    rewrite(family, near, name + n, whole);
    snprintf(into, BMI_KIND_HINT, "; did you mean \"%s\"?", whole);
    return into;
}
