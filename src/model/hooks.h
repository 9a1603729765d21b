// SPDX-License-Identifier: Apache-2.0
/* The callbacks of a model's last fit and what they remember: kept by the model, so that a fit that is resumed, also from a
 * checkpoint, goes on as if it had not been broken off.
 */
#ifndef BMI_MODEL_HOOKS_H
#define BMI_MODEL_HOOKS_H
#include "format/safetensors.h"
#include "model/network.h"
#include <baeum/extend_model.h>
#include <jansson.h>

typedef struct bmi_snapshot { /* all weights, one after the other */
    unsigned char *at;
    size_t bytes;
    bool kept;
    bool last; /* the fit ended by putting the kept ones back: these are the last step's, with which it would have gone on */
    int64_t epoch; /* whose weights the kept ones are */
} bmi_snapshot;

typedef struct bmi_hook {
    char name[80];                /* "early_stopping", of a second one "early_stopping_2" */
    const bm_callback_kind *kind; /* null: it comes from a file, which said `said` of its state */
    void *options, *state;
    json_t *said;
    unsigned flags;
    bmi_snapshot snapshot;
    bool begun, restored;
    int64_t seen; /* the model's epochs when it was called last */
} bmi_hook;

/* Whether a record is long enough to have a member, and has it. */
#define BMI_CALLBACK_HAS(kind, member) \
    ((kind)->size >= offsetof(bm_callback_kind, member) + sizeof(kind)->member && (kind)->member)

void bmi_hook_end(bm_context *context, bmi_hook *h);
/* The model forgets its callbacks. */
void bmi_hooks_end(bm_model *m);
/* Weights that were put back stay: somebody else has set them since. */
void bmi_hooks_settle(bm_model *m);
/* Bytes of all weights; and their exchange with such memory. */
size_t bmi_weights_bytes(const bmi_network *n);
typedef enum bmi_exchange { BMI_WEIGHTS_TAKE, BMI_WEIGHTS_GIVE, BMI_WEIGHTS_SWAP } bmi_exchange;
void bmi_weights_exchange(bmi_network *n, unsigned char *at, bmi_exchange how);
/* What a callback remembers, null without memory; and back. */
json_t *bmi_hook_remember(const bmi_hook *h);
void bmi_hook_restore(bmi_hook *h, const json_t *said);

/* hooks_file.c: what a checkpoint says of callbacks, null without memory; the weights they keep, as entries (names in the arena; false:
 * no memory); and both back, when the model's network is there. */
json_t *bmi_hooks_save(const bm_model *m);
size_t bmi_hooks_entries(const bm_model *m); /* at most */
bool bmi_hooks_add_entries(const bm_model *m, bmi_arena *names, bmi_st_entry *entries, size_t *n);
bm_status bmi_hooks_load(bm_model *m, const json_t *from, const bmi_safetensors *file, const char *path, bm_place here);

#endif
