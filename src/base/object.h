// SPDX-License-Identifier: Apache-2.0
/* The head of every object of the API: its kind, users, context and first error.
 * An object's struct starts with `bmi_object object;`. A constructor returns a failed object and never null: when even the
 * object cannot be had, the kind's static failed one (read-only; free, clear and further errors leave it alone).
 */
#ifndef BMI_BASE_OBJECT_H
#define BMI_BASE_OBJECT_H
#include "base/status.h"
#include <stdatomic.h>

typedef struct bmi_object bmi_object;

typedef struct bmi_object_kind {
    const char *name;                 /* "model" */
    void (*end)(void *object);        /* releases what the object holds, its own memory goes afterwards; may be null */
    bool ends_itself;                 /* end releases the object's own memory as well (a context holds its allocator) */
    bool (*made)(const void *object); /* false when its constructor failed and left nothing to use; may be null: always made */
} bmi_object_kind;

struct bmi_object {
    const bmi_object_kind *kind;
    atomic_int users;    /* < 0: static, never freed nor changed */
    size_t bytes;        /* of the whole object */
    bm_context *context; /* counted; null is the built-in one */
    bmi_error error;
};

/* A zeroed object with one user, or null when there is no memory. It counts the context; a failed context's error is
 * handed on to the object. */
void *bmi_object_new(bm_context *context, const bmi_object_kind *kind, size_t bytes);
void *bmi_object_keep(void *object);        /* one user more; null stays null; returns object */
void bmi_object_free(void *object);         /* one user less; the last one ends it; null allowed */
bool bmi_object_failed(const void *object); /* null counts as failed */

/* Sets the error on an object, unless it is null, static or has one. Returns the object's status (of null: BM_E_MEMORY). */
bm_status bmi_object_fail(void *object, bm_status status, bm_place here, const char *format, ...) BMI_PRINTF(4, 5);

/* The static failed object of a type, by name: BMI_STATIC_FAILED(model, sizeof-type) defines bmi_no_memory_model, and
 * BMI_OBJECT_VERBS(model) the public verbs bm_model_free, _failed, _error, _status_of, _report, _clear. */
#define BMI_STATIC_FAILED(T, kind_)                                                                                         \
    static struct bm_##T bmi_no_memory_##T = {                                                                              \
        .object = { .kind = (kind_),                                                                                        \
                    .users = -1,                                                                                            \
                    .bytes = sizeof(struct bm_##T),                                                                         \
                    .error = { .status = BM_E_MEMORY, .text = "out of memory: not even the " #T " itself could be made" } } \
    }
#define BMI_OBJECT_VERBS(T)                         \
    void bm_##T##_free(bm_##T *x)                   \
    {                                               \
        bmi_object_free(x);                         \
    }                                               \
    bool bm_##T##_failed(const bm_##T *x)           \
    {                                               \
        return bmi_object_failed(x);                \
    }                                               \
    const char *bm_##T##_error(const bm_##T *x)     \
    {                                               \
        return bmi_object_error(x);                 \
    }                                               \
    bm_status bm_##T##_status_of(const bm_##T *x)   \
    {                                               \
        return bmi_object_status(x);                \
    }                                               \
    void bm_##T##_report(const bm_##T *x, FILE *to) \
    {                                               \
        bmi_object_report(x, to);                   \
    }                                               \
    void bm_##T##_clear(bm_##T *x)                  \
    {                                               \
        bmi_object_clear(x);                        \
    }

/* The error of an object; of null BM_E_ARGUMENT, "no object (null)". */
const bmi_error *bmi_object_why(const void *object);

/* Hands the error of a failed object on to what is done with it at a place: status, cause and text, with that place in front. First
 * ones stay; the status is returned. */
bm_status bmi_fail_of(bmi_error *e, const void *failed, bm_place here);
bm_status bmi_object_fail_of(void *object, const void *failed, bm_place here);

/* Hands the error of a failed argument on: its own text, or "<what> is null" (BM_E_ARGUMENT). Returns the object's status. */
bm_status bmi_object_fail_with(void *object, const void *argument, bm_place here, const char *what);

const char *bmi_object_error(const void *object); /* "" when there is none; of null: "no object (null)" */
bm_status bmi_object_status(const void *object);  /* of null: BM_E_ARGUMENT */
void bmi_object_report(const void *object, FILE *to);
void bmi_object_clear(void *object); /* the error of what was never made stays */

/* Copies options of `size` bytes into the library's struct of `known` bytes, of which the rest becomes zero. When size > known the
 * rest must be zero, else BM_E_ARGUMENT ("newer options than this library knows"); null options are all defaults. Also checks the guard
 * pointer `named_` at `guard_offset` (SIZE_MAX: none). */
bm_status bmi_options_copy(bmi_error *e, bm_place here, void *into, size_t known, size_t guard_offset, const void *options,
                           size_t size);

#endif
