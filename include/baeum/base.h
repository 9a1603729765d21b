// SPDX-License-Identifier: Apache-2.0
/* What every other header of Baeum stands on: literals for options and lists, status and place, objects and the verbs
 * that all of them share, and the context (threads, allocator, log).
 *
 * The rules of the whole API:
 *   1. A macro bm_x(...) has one function behind it, bm_x_at(..., bm_place here). Other languages call the function.
 *   2. Options go as pointer and size and grow only at the end. The library copies `size` bytes into a zeroed struct of its
 *      own; when `size` is larger than it knows, the rest must be zero, else BM_E_ARGUMENT.
 *   3. The last positional argument is the first named field (`.units = __VA_ARGS__`), so a macro is never called with an
 *      empty "...". One without positional arguments starts with `.zero_ = 0,`. After the positional fields stands
 *      BM_NAMED_: it makes bm_dense(64, 10) and bm_adam(1e-3) compile errors.
 *   4. Reals are double, integers int64_t, switches bool with false the usual. Zero is the default; BM_ZERO asks for 0.
 *   5. Value types (node, shape, place, choices, layer, optimizer, lists) never change size.
 *   6. Each macro argument is evaluated once.
 * Words on pointers: "takes" = ownership passes to the library, "borrows" = only read during the call (or as long as the
 * doc says), "gives" = the caller owns what comes back.
 */
// clang-format off
#ifndef BAEUM_BASE_H
#define BAEUM_BASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#if defined __cplusplus && __cplusplus >= 202002L
#include <initializer_list>
#ifndef __clang__
#pragma GCC system_header /* g++ warns of every field that a designated initialiser leaves out; gcc and clang do not */
#endif
#endif
#ifdef __cplusplus
extern "C" {
#endif
#define BM_API __attribute__((visibility("default")))

#define BM_VERSION_MAJOR 0
#define BM_VERSION_MINOR 1
#define BM_VERSION_PATCH 0

/* ---- literals: the same macros in C and in C++20 ---- */
#ifndef __cplusplus
#define BM_VALUE(T, ...) ((T){ __VA_ARGS__ })
#define BM_OPTIONS(T, ...) (&(const T){ __VA_ARGS__ }), sizeof(T) /* two arguments: pointer, size */
#define BM_LIST(L, T, ...) ((L){ (const T[]){ __VA_ARGS__ }, sizeof((const T[]){ __VA_ARGS__ }) / sizeof(T) })
#elif __cplusplus >= 202002L
extern "C++" { /* temporaries live to the end of the full expression, which is the call */
template <class T> inline const T *bm_ref_(const T &x) { return &x; }
template <class L, class T> inline L bm_list_(std::initializer_list<T> l) { return L{ l.begin(), l.size() }; }
}
#define BM_VALUE(T, ...) (T{ __VA_ARGS__ })
#define BM_OPTIONS(T, ...) bm_ref_(T{ __VA_ARGS__ }), sizeof(T)
#define BM_LIST(L, T, ...) bm_list_<L, T>({ __VA_ARGS__ })
#endif

/** A line of the caller's program (or of a script); {0} means no place. Nodes and layers keep the pointer, for later messages. */
typedef struct bm_place {
    const char *file; /**< stays valid as long as what is made with the place, as a literal does */
    int         line;
} bm_place;
#define BM_HERE BM_VALUE(bm_place, __FILE__, __LINE__)

#define BM_ANY INT64_C(-1) /**< a dimension that only a run fixes */
#define BM_ZERO INT64_MIN  /**< an explicit zero in an option, for reals and integers alike */
struct bm_named_;
#define BM_NAMED_ struct bm_named_ *named_ /* guard of rule 3; always null */

/** For reals that may be chosen from the data, where the option says so: "auto" in texts. */
#define BM_AUTO (-0x1p1000)
/** x, or BM_ZERO where x is 0: for an option computed at run time whose 0 is meant. */
BM_API double bm_exactly(double x);

/* Room for the options of a value (a layer, an optimiser, a learner, a step of a recipe). */
typedef union bm_option_bytes { int64_t i_; double d_; void *p_; unsigned char at[472]; } bm_option_bytes;

/** A number that a choice takes (BM_LEAKY_RELU(.1) gives the first of its kind), as the record of the kind describes it. */
typedef struct bm_choice_number {
    const char *name;         /**< null: the kind takes no such number */
    double      initial;      /**< used where the choice says 0 (an explicit 0 is BM_ZERO); NAN: must be given */
    double      low, high;    /**< allowed range of finite numbers; 0, 0: any */
    bool        above, below; /**< the range leaves out low, high */
    const char *doc;
} bm_choice_number;

/* ---- status ---- */
typedef enum bm_status {
    BM_OK = 0,
    BM_E_ARGUMENT,    /**< a setting or argument outside its range, or calls in a wrong order */
    BM_E_SHAPE,       /**< shapes that do not fit together */
    BM_E_TYPE,        /**< element types that do not fit together */
    BM_E_MEMORY,      /**< an allocation failed */
    BM_E_FILE,        /**< the operating system refused to open, read or write */
    BM_E_FORMAT,      /**< a file whose content is not what its kind promises */
    BM_E_DATA,        /**< data that cannot be used as asked: unknown column, one class, no rows ... */
    BM_E_NUMBER,      /**< a result that is not finite */
    BM_E_STOPPED,     /**< stopped on request */
    BM_E_UNSUPPORTED, /**< not built in, or a component is missing */
    BM_STATUS_COUNT_
} bm_status;

/** The name of a status, as "BM_E_SHAPE"; "unknown status" for a number outside the enum. Static text. */
BM_API const char *bm_status_name(bm_status status);

/** The library's version, as "0.1.0". Static text. */
BM_API const char *bm_version(void);

/* ---- objects ---- */
typedef struct bm_context bm_context;
typedef struct bm_tensor  bm_tensor;
typedef struct bm_graph   bm_graph;
typedef struct bm_session bm_session;
typedef struct bm_dataset bm_dataset;
typedef struct bm_table   bm_table;
typedef struct bm_csv     bm_csv;
typedef struct bm_recipe  bm_recipe;
typedef struct bm_model   bm_model;
/* of learn.h: */
typedef struct bm_folds bm_folds;
typedef struct bm_validation bm_validation;
typedef struct bm_comparison bm_comparison;
typedef struct bm_search bm_search;
typedef struct bm_sweep bm_sweep;

/** Verbs over every object: a wrong type does not compile; each has its own function for other languages.
 *   bm_free(x)        ends x; null and failed objects may be freed. Objects count their users, so any order is right.
 *   bm_failed(x)      true when x is null or carries an error
 *   bm_error(x)       the error's text ("" when there is none); x keeps it, valid until x is cleared or freed
 *   bm_status_of(x)   the error's status; BM_E_ARGUMENT of null
 *   bm_report(x, to)  writes the error as one line to a stream; nothing when there is none
 *   bm_clear(x)       takes the error off, so that x can be used again as it was before the failed call; what could not be made
 *                     (a tensor of a wrong shape, a session without a graph, a model of wrong layers) stays failed
 */
#define BM_OBJECTS_(DO) DO(model) DO(dataset) DO(table) DO(csv) DO(recipe) DO(graph) DO(session) DO(tensor) DO(context) \
    DO(folds) DO(validation) DO(comparison) DO(search) DO(sweep)
#define BM_DECLARE_(T)                                  \
    BM_API void bm_##T##_free(bm_##T *x);               \
    BM_API bool bm_##T##_failed(const bm_##T *x);       \
    BM_API const char *bm_##T##_error(const bm_##T *x); \
    BM_API bm_status bm_##T##_status_of(const bm_##T *x); \
    BM_API void bm_##T##_report(const bm_##T *x, FILE *to); \
    BM_API void bm_##T##_clear(bm_##T *x);
BM_OBJECTS_(BM_DECLARE_)
#ifndef __cplusplus
#define BM_CASE_(T, verb) bm_##T * : bm_##T##_##verb, const bm_##T * : bm_##T##_##verb
#define BM_VERB_(x, verb)                                                                                           \
    _Generic((x), BM_CASE_(model, verb), BM_CASE_(dataset, verb), BM_CASE_(table, verb), BM_CASE_(csv, verb), BM_CASE_(recipe, verb), \
             BM_CASE_(graph, verb), BM_CASE_(session, verb), BM_CASE_(tensor, verb), BM_CASE_(context, verb),               \
             BM_CASE_(folds, verb), BM_CASE_(validation, verb), BM_CASE_(comparison, verb), BM_CASE_(search, verb), BM_CASE_(sweep, verb))
#define bm_free(x)       BM_VERB_(x, free)(x) /* a const object warns: it belongs to another */
#define bm_failed(x)     BM_VERB_(x, failed)(x)
#define bm_error(x)      BM_VERB_(x, error)(x)
#define bm_status_of(x)  BM_VERB_(x, status_of)(x)
#define bm_report(x, to) BM_VERB_(x, report)((x), (to))
#define bm_clear(x)      BM_VERB_(x, clear)(x)
#else
extern "C++" {
#define BM_OVERLOAD_(T)                                                                \
    inline void bm_free(bm_##T *x) { bm_##T##_free(x); }                               \
    inline bool bm_failed(const bm_##T *x) { return bm_##T##_failed(x); }              \
    inline const char *bm_error(const bm_##T *x) { return bm_##T##_error(x); }         \
    inline bm_status bm_status_of(const bm_##T *x) { return bm_##T##_status_of(x); }   \
    inline void bm_report(const bm_##T *x, FILE *to) { bm_##T##_report(x, to); }       \
    inline void bm_clear(bm_##T *x) { bm_##T##_clear(x); }
BM_OBJECTS_(BM_OVERLOAD_)
}
#endif

/* ---- context ---- */

/** Where memory comes from. Both functions must be safe to call from several threads. */
typedef struct bm_allocator {
    void *user;
    void *(*allocate)(void *user, size_t bytes, size_t align); /**< align is a power of two; null when there is none */
    void  (*release)(void *user, void *memory, size_t bytes);  /**< bytes as asked for */
} bm_allocator;

/** Receives one line of text without a line end. Called from the thread that works. */
typedef void (*bm_log)(void *user, const char *line);

/** Settings of a context. A zero field means its default. */
typedef struct bm_context_options {
    char         zero_;
    BM_NAMED_;
    int64_t      threads;   /**< default: BAEUM_THREADS, else the processors this process may use (affinity, cgroup quota) */
    bm_allocator allocator; /**< default: malloc's */
    bm_log       log;       /**< default: silence */
    void        *log_user;
} bm_context_options;

/** Makes a context: threads, allocator and log callback for the objects that are made with it.
 *
 *  Returns  gives a context, never null; objects made with it keep it alive
 *  Errors   BM_E_ARGUMENT threads < 0 or > 1024, or only one of the allocator's functions; BM_E_MEMORY
 */
BM_API bm_context *bm_context_new_at(const bm_context_options *options, size_t size, bm_place here);
#define bm_context_new(...) bm_context_new_at(BM_OPTIONS(bm_context_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** How many threads the context's work is split over; of null those of the built-in context. */
BM_API int64_t bm_context_threads(const bm_context *context);

#ifdef __cplusplus
}
#endif
#endif
