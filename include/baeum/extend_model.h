// SPDX-License-Identifier: Apache-2.0
/* Records of callbacks and learners. The library's own are the same records.
 */
// clang-format off
#ifndef BAEUM_EXTEND_MODEL_H
#define BAEUM_EXTEND_MODEL_H
#include <baeum/extend_nn.h>
#include <baeum/model.h>
#ifdef __cplusplus
extern "C" {
#endif

/* ---- callbacks ---- */

/** A running fit, as a callback sees it. */
typedef struct bm_training bm_training;
BM_API bm_model          *bm_training_model(const bm_training *t);
BM_API const bm_progress *bm_training_progress(bm_training *t);
/** A number of the present epoch by its history name, once the epoch is done; NaN when there is none. */
BM_API double bm_training_number(const bm_training *t, const char *name);
/** Whether larger is better of such a number. */
BM_API bool   bm_training_maximize(const bm_training *t, const char *name);
/** Norm of the gradient by all weights at the last step; NaN unless the kind has BM_CALLBACK_GRADIENT. */
BM_API double bm_training_gradient(const bm_training *t);
/** Factor of the optimiser's rate. Setting counts from the next step on. */
BM_API double bm_training_rate(const bm_training *t);
BM_API void   bm_training_set_rate(bm_training *t, double factor);
/** Ends training after the current step; `why` (copied, cut at 60 bytes) is what bm_stopped_by says. */
BM_API void   bm_training_stop(bm_training *t, const char *why);
/** Keeps the present weights for this callback, and puts the kept ones back (nothing when none were kept). Allocates nothing;
 *  the kind must have BM_CALLBACK_WEIGHTS. Of a kind that remembers its state, a fit that is resumed goes on with the weights
 *  that it had before `end` put others back. */
BM_API void   bm_training_keep(bm_training *t);
BM_API void   bm_training_put_back(bm_training *t);
/** Ends training with an error on the model. */
BM_API bm_status bm_training_fail(bm_training *t, bm_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** What a callback remembers from one fit to the next that resumes it, and in checkpoints: each value has a name, and the same
 *  call writes or reads it. What is not there, in another number or of another type leaves the value as it was. */
typedef struct bm_state bm_state;
BM_API void bm_state_reals(bm_state *s, const char *name, double *values, int64_t count);
BM_API void bm_state_integers(bm_state *s, const char *name, int64_t *values, int64_t count);
BM_API void bm_state_bool(bm_state *s, const char *name, bool *value);
BM_API void bm_state_text(bm_state *s, const char *name, char *text, size_t room); /**< UTF-8; `room` bytes of the caller's */

enum {
    BM_CALLBACK_GRADIENT = 1, /**< needs the norm of the gradient: each step computes it */
    BM_CALLBACK_WEIGHTS = 2,  /**< keeps weights */
    BM_CALLBACK_RATE = 4      /**< changes the rate */
};
typedef struct bm_callback_kind {
    size_t                  size;
    const char             *name;
    size_t                  options_size;
    const bm_field         *fields;     /**< table of the options, ended by a row without a name; or null */
    size_t                  state_size; /**< bytes that the fit keeps for it, zero at the start */
    unsigned                flags;
    /** Further flags that depend on the options; may be null. */
    unsigned (*needs)(const void *options);
    /** Each of these may be null, too. `steps` is called after steps, but not after each: often enough to end training in time. */
    void (*begin)(bm_training *t, const void *options, void *state);
    void (*steps)(bm_training *t, const void *options, void *state);
    void (*epoch)(bm_training *t, const void *options, void *state);
    void (*end)(bm_training *t, const void *options, void *state); /**< also after an error */
    const char *doc;
    /** What of `state` is to be remembered, by the bm_state functions; both it and the record are used as long as the model. May
     *  be null, and what follows, too. bm_fit with .resume restores it, and kept weights, after `begin`, for the callback of the
     *  same name and place among those of that name; then it calls `resumed`, and `epoch` when the checkpoint was made by a
     *  callback before this one. Without such a state the callback starts afresh, which the log of the context tells. */
    void (*remember)(bm_state *s, const void *options, void *state);
    void (*resumed)(bm_training *t, const void *options, void *state);
} bm_callback_kind;

/* ---- learners ---- */

/** A learner that is being fitted. */
typedef struct bm_learning bm_learning;
BM_API bm_model         *bm_learning_model(const bm_learning *l);
BM_API const bm_dataset *bm_learning_train(const bm_learning *l);
BM_API const bm_dataset *bm_learning_validation(const bm_learning *l); /**< or null */
BM_API bm_task           bm_learning_task(const bm_learning *l);
BM_API int64_t           bm_learning_outputs(const bm_learning *l);    /**< classes, or columns of the target */
/** Memory of the fit, zeroed; null: there is none. */
BM_API void             *bm_learning_memory(bm_learning *l, size_t bytes);
/** Sets an error on the model; returns its status. */
BM_API bm_status bm_learning_fail(bm_learning *l, bm_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

enum {
    BM_LEARNS_NUMBERS = 1,
    BM_LEARNS_TWO_CLASSES = 2,
    BM_LEARNS_CLASSES = 4,
    BM_LEARNS_SCORES = 8, /**< what it gives for classes are no probabilities: the largest is the class */
    BM_LEARNS_WEIGHTED = 32, /**< its own method heeds the weights of rows, so that classes can be weighed */
    BM_LEARNS_LABELS = 64, /**< several columns of 0 and 1, each for itself: bm_learning_outputs counts them */
    BM_LEARNS_UNORDERED = 128, /**< its own method does not depend on the order of rows: over a table they keep the table's */
    BM_LEARNS_PARTS = 256, /**< inside the library: its own method learns from a file by parts (bm_fit_csv); networks always do */
    BM_LEARNS_SCALED = 16 /**< learns numbers well only near 0 and 1: over a table the target is standardised for it */
};
/** A learner is a network (its layers after the input, for a number of outputs) and a way to find the network's weights. */
typedef struct bm_learner_kind {
    size_t                  size;
    const char             *name;
    size_t                  options_size;
    const bm_field         *fields;
    unsigned                tasks;
    bm_type                 type; /**< of the network: BM_F64 for exact methods; 0: f32 */
    /** Puts up to `room` layers into `into` and returns how many. Texts inside must outlive the fit: static, of the options, or
     *  in its memory. */
    size_t    (*layers)(bm_learning *l, const void *options, bm_layer *into, size_t room);
    /** Adds loss and optimiser, and what training by bm_fit takes. */
    void      (*compile)(bm_learning *l, const void *options, bm_compile_options *compile, bm_fit_options *fit);
    /** Finds the weights; null: by bm_fit with what `compile` said. */
    bm_status (*fit)(bm_learning *l, const void *options);
    const char *doc;
} bm_learner_kind;

#ifdef __cplusplus
}
#endif
#endif
