// SPDX-License-Identifier: Apache-2.0
/* What tests of networks' parts share: choices from text, tensors from numbers, layers on a graph. */
#ifndef BMT_NN_SUPPORT_H
#define BMT_NN_SUPPORT_H
#include "base/kinds.h"
#include "nn/build.h"
#include "support/bmt.h"
#include <baeum/session.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "huber(.3)": the name into `name` (100 bytes), numbers into p, 0 where there are none. */
static inline void bmt_choice(const char *text, char *name, double p[2])
{
    p[0] = p[1] = 0;
    snprintf(name, 100, "%.*s", (int)strcspn(text, "("), text);
    if (strchr(text, '(')) sscanf(strchr(text, '('), "(%lf,%lf", &p[0], &p[1]);
}

static inline bm_tensor *bmt_reals(bm_type type, bm_shape shape, const double *numbers)
{
    bm_tensor *t = bm_tensor_new(type, shape);
    for (int64_t i = 0; i < bm_tensor_size(t); i++) {
        switch (type) {
        case BM_F32: ((float *)bm_data(t))[i] = (float)numbers[i]; break;
        case BM_F64: ((double *)bm_data(t))[i] = numbers[i]; break;
        case BM_I32: ((int32_t *)bm_data(t))[i] = (int32_t)numbers[i]; break;
        default: ((int64_t *)bm_data(t))[i] = (int64_t)numbers[i]; break;
        }
    }
    return t;
}

/* Layers of a text on one graph: x, built in a row, once for training and once for prediction. */
typedef struct bmt_network {
    bm_graph *g;
    bmi_error e;
    bmi_arena arena;
    bmi_kept_layer kept[8];
    size_t n;
    bm_build training, predicting;
    bm_node x, trained, predicted;
} bmt_network;

static inline bm_node bmt_build_row(bmt_network *w, bm_build *b)
{
    bm_node y = w->x;
    for (size_t i = 0; i < w->n; i++) y = bmi_build_layer(b, &w->kept[i], &y, 1);
    return y;
}

/* The error stays in w->e. */
static inline void bmt_network_of(bmt_network *w, bm_type type, bm_shape x, bm_layers layers)
{
    w->g = bm_graph_new();
    w->x = bm_placeholder(w->g, type, x, "x");
    for (size_t i = 0; i < layers.count && !w->e.status; i++)
        if (!bmi_layer_keep(&w->e, &w->arena, &layers.at[i], w->kept, w->n, &w->kept[w->n])) w->n++;
    bmi_build_begin(&w->training, w->g, type, true, NULL, &w->e);
    w->trained = bmt_build_row(w, &w->training);
    bmi_build_begin(&w->predicting, w->g, type, false, &w->training, &w->e);
    w->predicted = bmt_build_row(w, &w->predicting);
}

static inline void bmt_network_parse(bmt_network *w, bm_type type, bm_shape x, const char *text)
{
    bm_layers layers = bm_layers_parse(text);
    bmt_network_of(w, type, x, layers);
    bm_layers_free(layers);
}

static inline void bmt_network_end(bmt_network *w)
{
    bmi_build_end(&w->predicting);
    bmi_build_end(&w->training);
    bmi_arena_end(&w->arena);
    bm_free(w->g);
    *w = (bmt_network){ 0 };
}

#endif
