// SPDX-License-Identifier: Apache-2.0
/* The inside of a model: its layers as values, the network built from them, what it learned to mean, and its history.
 */
#ifndef BMI_MODEL_MODEL_H
#define BMI_MODEL_MODEL_H
#include "model/history.h"
#include "model/hooks.h"
#include "model/learned.h"
#include "model/rows_seen.h"
#include "base/part.h"
#include <stdatomic.h>

enum { BMI_PARTS = 4 }; /* train, validation, test, baseline */

/* An epoch that is not over: steps and rows done, and sums over these rows. */
typedef struct bmi_partial {
    int64_t step, rows;
    double loss, penalty, means[BM_MODEL_MAX], weight;
} bmi_partial;

struct bm_model {
    bmi_object object;
    bool unmade;     /* its constructor failed */
    bmi_arena arena; /* layers, settings, texts: as long as the model */
    bmi_kept_layer *layers;
    size_t n_layers;
    bmi_settings settings; /* what it was compiled for; settings.compiled */
    bmi_network *network;  /* null: a learner that was not fitted */
    /* what outputs mean */
    bm_task task;
    int64_t n_classes;
    const char **classes; /* in class_arena */
    double threshold;     /* of two classes: the second from this probability on; 0: a half */
    bmi_arena class_arena;
    /* training so far */
    bmi_history history;
    int64_t epochs;               /* done by all fits */
    bmi_partial partial;          /* of the epoch that the last fit did not end; step 0: there is none */
    bmi_rows_seen seen;           /* of that epoch */
    double gradient;              /* its norm at the last whole epoch's end, when a callback asked for it */
    bmi_hook hooks[BM_MODEL_MAX]; /* callbacks of the last fit */
    int n_hooks;
    bmi_arena hook_arena; /* their options and states */
    int64_t best_epoch;
    int64_t seed;             /* of the last fit */
    bool seeded;              /* there was one, or the file says of which seed */
    char version[24];         /* of the library that wrote the file; "" when it does not say or there is none */
    double rate;              /* factor of the optimiser's rate */
    bool balanced, in_order;  /* how the last fit weighed classes, and its rows were split */
    const char *group, *time; /* by columns; or null */
    char stopped_by[64];
    unsigned ended;      /* bm_ending bits */
    double ended_figure; /* that goes with the words: iterations or epochs done, digits lost; 0: none does */
    atomic_int running, stop;
    /* learners */
    const bm_learner_kind *learner;
    const bm_learner *kept;          /* settled, in learner_arena */
    const void *how;                 /* its options */
    const bm_compile_options *asked; /* what replaces the learner's own, in learner_arena; or null */
    bmi_arena learner_arena;
    bm_recipe *recipe;
    bmi_learned learned;     /* what the learner keeps beside its weights */
    bm_model *before;        /* within a fit: what it had learned by the one before */
    struct bmi_parts *parts; /* within a fit by parts: where its rows come from; else null */
    bool passing;            /* it is fitted to be judged, and nobody keeps it: without statistics */
    bm_scores scores[BMI_PARTS];
    /* of the last rows of classes that were judged by parts, of at most BMI_CONFUSED classes: how many rows of a true class (the last:
     * of those that training had not seen) were taken for each class, in class_arena; or null */
    int64_t *confusion;
};
enum { BMI_CONFUSED = 256 };

/* A new model without layers; the static failed one when there is no memory. */
bm_model *bmi_model_new(bm_context *context, bm_place here);
/* At the end of a constructor: gives the model, whose error, if it has one, stays for good. */
bm_model *bmi_model_made(bm_model *m);
/* Keeps layers (a model's first ones) and builds its network. */
bm_status bmi_model_set_layers(bm_model *m, bm_layers layers, bm_place here);
/* Tells how the fit of a learner ended: bm_ending bits and words, which are cut at the end of their room; _after with the figure in
 * them. */
void bmi_model_ended(bm_model *m, unsigned how, const char *format, ...) BMI_PRINTF(3, 4);
void bmi_model_ended_after(bm_model *m, unsigned how, double figure, const char *format, ...) BMI_PRINTF(4, 5);
/* The bits as a list of words, for a file; words that nobody knows are passed over. */
json_t *bmi_ended_save(const bm_model *m);
void bmi_ended_load(bm_model *m, const json_t *list);
/* Exchanges what two models have learned: everything but their errors, learner and recipe. */
void bmi_model_swap(bm_model *a, bm_model *b);
/* False, with the error on the model, within one of its fits, which works with what `what` would exchange. */
bool bmi_model_idle(bm_model *m, const char *what, bm_place here);
/* Notes how rows were split; names are copied. */
bm_status bmi_model_note_split(bm_model *m, bool in_order, const char *group, const char *time, bm_place here);
/* Around a fit: bm_stop counts in between, and no stop from before does. */
void bmi_model_begin_work(bm_model *m);
void bmi_model_end_work(bm_model *m);
/* Takes over the names of a dataset's classes, and the task that the loss means. */
bm_status bmi_model_take_classes(bm_model *m, const bm_dataset *d);
bm_status bmi_model_set_classes(bm_model *m, const char *const *names, int64_t n);
/* Compiles with copied options (form 0: what the output means follows from activation and loss); replaces the network by one with
 * other settings, weights and (keep_optimizer) slots handed on. */
bm_status bmi_model_compile(bm_model *m, const bm_compile_options *o, bm_output form, bm_place here);
bm_status bmi_model_rebuild(bm_model *m, const bmi_settings *s, bool keep_optimizer, bm_place here);
/* fit_begin.c: settings outside their ranges, those of callbacks included, before any work. */
bm_status bmi_fit_check(const bm_fit_options *o, bm_context *context, bmi_error *e, bm_place here);
/* What each of n classes weighs, into `of`: as given, or balanced over these rows (null: the first `count`). */
void bmi_class_weights(const bm_fit_options *o, const bm_dataset *d, const int64_t *rows, int64_t count, int64_t n, double *of);
/* Trains with copied options. */
bm_status bmi_model_fit(bm_model *m, const bm_fit_options *o, bm_place here);
/* learner.c: fits a learner on a dataset; _train without the way back after a failure. */
bm_status bmi_learner_fit(bm_model *m, const bm_fit_options *o, bm_place here);
bm_status bmi_learner_train(bm_model *m, const bm_fit_options *o, bm_place here);
/* bm_compile of a learner: what is given is checked, and replaces the learner's own when it is fitted. */
bm_status bmi_learner_compile(bm_model *m, const bm_compile_options *o, bm_place here);
/* The loss that bm_compile gave a learner; or null. */
const bm_loss_kind *bmi_learner_loss(const bm_model *m);
/* A copy of a learner value becomes the model's. */
bm_status bmi_learner_keep(bm_model *m, const bm_learner *how, bm_place here);
/* learner_parse.c: a learner value from text, unsettled; texts go to the arena. */
bm_status bmi_learner_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *text, bm_learner *to);
/* table_model.c: whether a recipe standardises the target unasked: for learners that want it, unless a loss was chosen that means its
 * values themselves (a count's, a ratio's), or the recipe is to do nothing of its own. */
bool bmi_learner_scales_target(const bm_model *m, const bm_recipe *r);
bm_model *bmi_learner_new(bm_context *context, const bm_learner *how, const bm_recipe *recipe, bm_place here);
/* The network, or null with the error in e: the model failed, is no network yet, or its weights cannot be had. */
bmi_network *bmi_model_network(const bm_model *m, bmi_error *e, bm_place here);

/* predict.c: bm_predict of rows in full batches whatever their number, so that a row has the same bits alone and among others. */
bm_tensor *bmi_predict_steady(const bm_model *m, const bm_tensor *x, bm_place here);

/* evaluate.c */
void bmi_scores_add(bm_scores *s, const char *name, double value);
bm_scores bmi_scores_failed(const bmi_error *e);

/* settings_json.c: what a model was compiled for as JSON, null when there is no memory; and back, into options whose texts borrow
 * from `from`. */
json_t *bmi_settings_save(const bmi_settings *s);
bm_status bmi_settings_load(bmi_error *e, bm_place here, const json_t *from, const bm_model_load_options *kinds,
                            bm_compile_options *to);
extern const char *const bmi_forms[]; /* what outputs are, by bm_output, ended by null */
/* parse.c: whether a text is JSON; if not, it is a line of layers. */
bool bmi_is_json(const char *text);
/* The layers of {"layers": [...]} become the model's. */
bm_status bmi_model_load_layers(bm_model *m, const json_t *from, const bm_model_load_options *kinds, bool strict,
                                const char *what, bm_place here);
/* settings_json.c: the records from outside that choices may name, as bmi_part_adopt takes them; no options, an empty list. */
enum { BMI_OUTSIDE = 5 };
void bmi_outside_of(const bm_model_load_options *kinds, bmi_outside into[BMI_OUTSIDE]);
/* Layers from a line or JSON; texts borrow from the arena and *holds, which is to be released after. */
bm_status bmi_layers_from_text(bmi_error *e, bm_place here, bmi_arena *arena, const char *text, bm_layers *to, json_t **holds);

#endif
