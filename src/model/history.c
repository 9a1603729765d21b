// SPDX-License-Identifier: Apache-2.0
/* The history of training. */
#include "model/model.h"
#include "base/json.h"
#include "base/locale.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>

/* The column of a name, of which only the beginning is kept; or SIZE_MAX. */
static size_t find(const bmi_history *h, const char *name)
{
    size_t i = 0;
    while (i < h->n_columns && strncmp(h->columns[i].name, name, sizeof h->columns[i].name - 1)) i++;
    return i < h->n_columns ? i : SIZE_MAX;
}

size_t bmi_history_column_of(bmi_history *h, const char *name)
{
    const size_t there = find(h, name);
    if (there != SIZE_MAX) return there;
    if (!bmi_grow(h->context, (void **)&h->columns, &h->capacity, h->n_columns + 1, sizeof *h->columns)) return SIZE_MAX;
    bmi_history_column *c = &h->columns[h->n_columns];
    *c = (bmi_history_column){ .name = "" };
    if (!bmi_grow(h->context, (void **)&c->at, &c->capacity, (size_t)h->epochs + 1, sizeof *c->at)) return SIZE_MAX;
    snprintf(c->name, sizeof c->name, "%s", name);
    for (int64_t i = 0; i < h->epochs; i++) c->at[i] = NAN;
    return h->n_columns++;
}

bool bmi_history_reserve(bmi_history *h, int64_t epochs)
{
    for (size_t i = 0; i < h->n_columns; i++)
        if (!bmi_grow(h->context, (void **)&h->columns[i].at, &h->columns[i].capacity, (size_t)(h->epochs + epochs),
                      sizeof(double)))
            return false;
    return true;
}

void bmi_history_next(bmi_history *h)
{
    for (size_t i = 0; i < h->n_columns; i++) h->columns[i].at[h->epochs] = NAN;
    h->epochs++;
}

void bmi_history_put(bmi_history *h, size_t column, double value)
{
    h->columns[column].at[h->epochs - 1] = value;
}

double bmi_history_get(const bmi_history *h, const char *name, int64_t epoch)
{
    if (epoch < 0) epoch += h->epochs;
    if (epoch < 0 || epoch >= h->epochs || !name) return NAN;
    const size_t i = find(h, name);
    return i != SIZE_MAX ? h->columns[i].at[epoch] : NAN;
}

void bmi_history_end(bmi_history *h)
{
    for (size_t i = 0; i < h->n_columns; i++) bmi_release(h->context, h->columns[i].at, h->columns[i].capacity, sizeof(double));
    bmi_release(h->context, h->columns, h->capacity, sizeof *h->columns);
    *h = (bmi_history){ .context = h->context };
}

/* ---- public ---- */
int64_t bm_history_epochs(const bm_model *m)
{
    return m ? m->history.epochs : 0;
}

double bm_history(const bm_model *m, const char *name, int64_t epoch)
{
    return m ? bmi_history_get(&m->history, name, epoch) : NAN;
}

const char *bm_history_name(const bm_model *m, int64_t i)
{
    return m && i >= 0 && (size_t)i < m->history.n_columns ? m->history.columns[i].name : NULL;
}

const char *bm_stopped_by(const bm_model *m)
{
    return m ? m->stopped_by : "";
}

unsigned bm_ended(const bm_model *m)
{
    return m ? m->ended : 0;
}

/* As a file has them, by the place of their bits. */
static const char *const endings[] = { "stopped", "not converged", "separable", "rank", "ill-conditioned", "tells" };

json_t *bmi_ended_save(const bm_model *m)
{
    bmi_json list = bmi_json_list();
    for (size_t i = 0; i < BMI_COUNT(endings); i++)
        if (m->ended >> i & 1) bmi_json_add(&list, json_string(endings[i]));
    return bmi_json_end(&list);
}

void bmi_ended_load(bm_model *m, const json_t *list)
{
    m->ended = 0;
    for (size_t i = 0; i < BMI_COUNT(endings); i++)
        for (size_t k = 0; k < json_array_size(list); k++) {
            const char *word = json_string_value(json_array_get(list, k));
            if (word && !strcmp(word, endings[i])) m->ended |= 1u << i;
        }
}

static void ended(bm_model *m, unsigned how, double figure, const char *format, va_list list) BMI_PRINTF(4, 0);
static void ended(bm_model *m, unsigned how, double figure, const char *format, va_list list)
{
    bmi_format(m->stopped_by, sizeof m->stopped_by, format, list);
    m->ended = how;
    m->ended_figure = figure;
}

void bmi_model_ended(bm_model *m, unsigned how, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    ended(m, how, 0, format, list);
    va_end(list);
}

void bmi_model_ended_after(bm_model *m, unsigned how, double figure, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    ended(m, how, figure, format, list);
    va_end(list);
}

int64_t bm_best_epoch(const bm_model *m)
{
    return m ? m->best_epoch : -1;
}
