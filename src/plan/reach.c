// SPDX-License-Identifier: Apache-2.0
#include "plan/reach.h"

enum { FIRST_STEPS = 32 }; /* of a search, before the other side is tried */
enum { SPACE = 1024 };     /* between levels at first, so that there is room for others */
enum { MOST_DOUBLED = 16, RAISES = 1000000, RAISES_A_UNIT = 64 };

typedef bool (*visitor)(bmi_ir *, int unit, void *user);

/* ---- units that run after one: the other way round of bmi_ir_before ---- */
static bool after_item(const bmi_reach *r, int item, int u, visitor visit, void *user)
{
    bmi_ir *ir = r->ir;
    for (int k = ir->user_at[item]; k < ir->user_at[item + 1]; k++) {
        const bmi_item *reader = &ir->items[ir->users[k]];
        if (reader->op->flags & BM_OP_VIEW) {
            if (!after_item(r, ir->users[k], u, visit, user)) return false;
        } else if (reader->unit >= 0 && reader->unit != u && !visit(ir, reader->unit, user)) return false;
    }
    return true;
}

static bool after(const bmi_reach *r, int u, visitor visit, void *user)
{
    bmi_ir *ir = r->ir;
    const bmi_unit *unit = &ir->units[u];
    const int guard = ir->guard >= 0 ? ir->items[bmi_ir_base(ir, ir->guard)].unit : -1;
    for (int k = 0; k < unit->n_items; k++) {
        const bmi_item *item = &ir->items[unit->items[k]];
        if (!after_item(r, unit->items[k], u, visit, user)) return false;
        for (int j = 0; j < item->n_in; j++) {
            const int base = item->in[j] < 0 ? -1 : bmi_ir_base(ir, item->in[j]), writer = base < 0 ? -1 : r->updater[base];
            if (writer < 0 || bmi_ir_target(ir, item) == base || ir->items[writer].unit == u) continue;
            if (!visit(ir, ir->items[writer].unit, user)) return false;
        }
    }
    for (int k = 0; guard == u && k < r->n_updates; k++)
        if (ir->items[r->updates[k]].unit != u && !visit(ir, ir->items[r->updates[k]].unit, user)) return false;
    return true;
}

/* ---- levels and tree ---- */
typedef struct levelling {
    bmi_reach *r;
    int *waits, from, n; /* units on the stack, which is a queue here */
} levelling;

static bool count_wait(bmi_ir *ir, int unit, void *user)
{
    (void)ir, (void)unit;
    ++*(int *)user;
    return true;
}

static bool wait_less(bmi_ir *ir, int unit, void *user)
{
    levelling *l = user;
    (void)ir;
    if (l->r->level[unit] < l->r->level[l->from] + SPACE) l->r->level[unit] = l->r->level[l->from] + SPACE;
    if (!--l->waits[unit]) l->r->stack[l->n++] = unit;
    return true;
}

/* The unit of the highest level whose value a unit reads; -1 when it reads none. */
static int parent_of(const bmi_reach *r, int u)
{
    const bmi_ir *ir = r->ir;
    const bmi_item *item = &ir->items[ir->units[u].items[0]];
    int best = -1;
    for (int j = 0; j < item->n_in; j++) {
        const int maker = item->in[j] < 0 ? -1 : ir->items[bmi_ir_base(ir, item->in[j])].unit;
        if (maker >= 0 && maker != u && (best < 0 || r->level[maker] > r->level[best])) best = maker;
    }
    return best;
}

/* Depths, sizes and places of subtrees; stack has the units in an order of running. */
static void make_tree(bmi_reach *r, int *next)
{
    const int n = r->ir->n_units;
    int roots = 0;
    for (int k = 0; k < n; k++) r->size[k] = 1;
    for (int k = n; k-- > 0;) {
        const int parent = parent_of(r, r->stack[k]);
        if (parent >= 0) r->size[parent] += r->size[r->stack[k]];
    }
    for (int k = 0; k < n; k++) {
        const int u = r->stack[k], parent = parent_of(r, u);
        int *place = parent < 0 ? &roots : &next[parent];
        r->depth[u] = parent < 0 ? 0 : r->depth[parent] + 1;
        r->enter[u] = *place;
        *place += r->size[u];
        next[u] = r->enter[u] + 1;
    }
}

/* ---- circles: an update waits for a reader of the old value that, by others, waits for the update ---- */
typedef struct first_waiting {
    const int *waits;
    int unit, count;
} first_waiting;

static bool note_waiting(bmi_ir *ir, int unit, void *user)
{
    first_waiting *w = user;
    (void)ir;
    if (!w->waits[unit]) return true;
    if (!w->count++) w->unit = unit;
    return true;
}

/* Goes from any unit that waits to the first that it waits for, until it comes to one again. next: from a unit to that one. */
static int find_circle(const levelling *l, int *next)
{
    bmi_ir *ir = l->r->ir;
    int u = 0;
    while (!l->waits[u]) u++;
    for (ir->mark++; ir->units[u].mark != ir->mark; u = next[u]) {
        first_waiting w = { .waits = l->waits };
        bmi_ir_before(ir, u, note_waiting, &w);
        ir->units[u].mark = ir->mark;
        next[u] = w.unit;
    }
    return u;
}

static bool makes_input(const bmi_ir *ir, int unit, const bmi_item *item)
{
    for (int j = 0; j < item->n_in; j++)
        if (item->in[j] >= 0 && ir->items[bmi_ir_base(ir, item->in[j])].unit == unit) return true;
    return false;
}

/* The smallest variable whose kept value opens a circle: its update waits there for a mere reader. -1 when there is none. */
static int opens_circle(const levelling *l)
{
    const bmi_reach *r = l->r;
    const bmi_ir *ir = r->ir;
    int *next = r->size, best = -1; /* the tree is made later */
    const int start = find_circle(l, next);
    for (int u = next[start];; u = next[u]) {
        const int i = ir->units[u].items[0], target = bmi_ir_target(ir, &ir->items[i]);
        if (target >= 0 && r->updater[target] == i && !makes_input(ir, next[u], &ir->items[i]) &&
            (best < 0 || ir->items[target].size < ir->items[best].size))
            best = target;
        if (u == start) return best;
    }
}

/* Keeps the old value of a variable for its readers, so that its update no longer waits for them. False: that would not help. */
static bool open_circle(levelling *l)
{
    bmi_reach *r = l->r;
    bmi_ir *ir = r->ir;
    const int variable = opens_circle(l);
    if (variable < 0) return false;
    const int u = ir->items[r->updater[variable]].unit;
    ir->items[variable].kept = true;
    r->updater[variable] = -1;
    first_waiting left = { .waits = l->waits };
    bmi_ir_before(ir, u, note_waiting, &left);
    l->waits[u] = left.count;
    if (!left.count) r->stack[l->n++] = u;
    return true;
}

bm_status bmi_reach_make(bmi_reach *r, bmi_ir *ir)
{
    const size_t n = (size_t)ir->n_units + 1, items = (size_t)ir->n_items + 1;
    int *all = bmi_ir_alloc(ir, 7 * n + 3 * items, sizeof *all);
    if (!all) return ir->error->status;
    levelling l = { .r = r, .waits = all };
    *r = (bmi_reach){ .ir = ir,
                      .level = bmi_ir_alloc(ir, n, sizeof *r->level),
                      .raised = all + n,
                      .enter = all + 2 * n,
                      .size = all + 3 * n,
                      .depth = all + 4 * n,
                      .stack = all + 5 * n,
                      .waiting = all + 6 * n,
                      .of = all + 7 * n,
                      .updater = all + 7 * n + items,
                      .updates = all + 7 * n + 2 * items };
    if (!r->level) return ir->error->status;
    for (int i = 0; i < ir->n_items; i++) {
        r->of[i] = ir->items[i].unit;
        r->updater[i] = -1;
    }
    for (int i = 0; i < ir->n_items; i++) {
        const int target = ir->items[i].alive && ir->items[i].unit >= 0 ? bmi_ir_target(ir, &ir->items[i]) : -1;
        if (target >= 0) r->updater[target] = r->updates[r->n_updates++] = i;
    }
    for (int u = 0; u < ir->n_units; u++) {
        r->level[u] = (int64_t)SPACE * (u + 1); /* as they were made: what was made together stays together */
        bmi_ir_before(ir, u, count_wait, &l.waits[u]);
        if (!l.waits[u]) r->stack[l.n++] = u;
    }
    for (int k = 0; k < l.n || (k < ir->n_units && open_circle(&l));) {
        for (; k < l.n; k++) {
            l.from = r->stack[k];
            after(r, l.from, wait_less, &l);
        }
    }
    r->cyclic = l.n < ir->n_units;
    if (!r->cyclic) make_tree(r, l.waits);
    return BM_OK;
}

/* ---- asking ---- */
typedef struct search {
    const bmi_reach *r;
    int from, to; /* units */
    bool direct;  /* the steps of `from` itself are looked at: one to `to` does not count */
    bool found;
    int64_t low, high; /* levels between which a unit may lie on a way */
    int steps, n;      /* left; units on the stack */
} search;

static bool look(bmi_ir *ir, int unit, void *user)
{
    search *s = user;
    if (--s->steps < 0) return false;
    if (unit == s->to) return !(s->found = !s->direct);
    const int64_t level = s->r->level[unit];
    if (level <= s->low || level >= s->high || ir->units[unit].mark == ir->mark) return true;
    ir->units[unit].mark = ir->mark;
    s->r->stack[s->n++] = unit;
    return true;
}

typedef enum answer { NO, YES, UNKNOWN } answer;

/* From one unit to another, back or on, in so many steps. */
static answer go(const bmi_reach *r, int from, int to, bool back, int steps)
{
    bmi_ir *ir = r->ir;
    search s = { .r = r,
                 .from = from,
                 .to = to,
                 .direct = true,
                 .low = r->level[back ? to : from],
                 .high = r->level[back ? from : to],
                 .steps = steps };
    ir->mark++;
    for (int u = from;; u = r->stack[--s.n]) {
        if (back ? !bmi_ir_before(ir, u, look, &s) : !after(r, u, look, &s)) return s.found ? YES : UNKNOWN;
        s.direct = false;
        if (!s.n) return NO;
    }
}

bool bmi_reach_between(bmi_reach *r, int early_item, int late_item)
{
    const bmi_ir *ir = r->ir;
    const int early = ir->items[early_item].unit, late = ir->items[late_item].unit;
    const int above = r->of[early_item], below = r->of[late_item];
    const bool under = r->enter[below] >= r->enter[above] && r->enter[below] < r->enter[above] + r->size[above];
    if (r->raises > RAISES + (int64_t)RAISES_A_UNIT * ir->n_units)
        return true; /* rather no chain than a plan that takes minutes */
    if (under && r->depth[below] - r->depth[above] >= ir->units[early].n_items + ir->units[late].n_items) return true;
    for (int steps = FIRST_STEPS;; steps *= 2) {
        answer a = go(r, late, early, true, steps);
        if (a == UNKNOWN) a = go(r, early, late, false, steps);
        if (a != UNKNOWN) return a == YES;
    }
}

/* A unit's level rises above that of one that runs before it: further each time, so that it seldom has to. */
static bool raise_level(bmi_ir *ir, int unit, void *user)
{
    levelling *l = user;
    bmi_reach *r = l->r;
    (void)ir;
    if (r->level[unit] > r->level[l->from]) return true;
    r->level[unit] = r->level[l->from] + (INT64_C(1) << r->raised[unit]);
    r->raised[unit] += r->raised[unit] < MOST_DOUBLED;
    if (!l->waits[unit]) { /* else it is in the queue */
        l->waits[unit] = 1;
        r->stack[l->n++ % r->ir->n_units] = unit;
    }
    return true;
}

/* The highest level before a unit and the lowest behind it. */
typedef struct bounds {
    const bmi_reach *r;
    int64_t before, behind;
} bounds;

static bool note_before(bmi_ir *ir, int unit, void *user)
{
    bounds *b = user;
    (void)ir;
    if (b->r->level[unit] > b->before) b->before = b->r->level[unit];
    return true;
}
static bool note_behind(bmi_ir *ir, int unit, void *user)
{
    bounds *b = user;
    (void)ir;
    if (b->r->level[unit] < b->behind) b->behind = b->r->level[unit];
    return true;
}

void bmi_reach_merged(bmi_reach *r, int early, int late)
{
    bounds b = { .r = r, .before = -1, .behind = INT64_MAX };
    bmi_ir_before(r->ir, early, note_before, &b);
    if (b.before < r->level[early]) return; /* what came in needs nothing that runs later */
    after(r, early, note_behind, &b);
    if (b.behind > r->level[late]) b.behind = r->level[late];
    const int64_t room = b.behind - b.before;
    r->level[early] = b.before + (room > 1 ? room / 2 : 1);
    if (room > 1) return;
    levelling l = { .r = r, .waits = r->waiting, .from = early };
    after(r, early, raise_level, &l);
    for (int k = 0; k < l.n; k++, r->raises++) {
        l.from = r->stack[k % r->ir->n_units];
        l.waits[l.from] = 0;
        after(r, l.from, raise_level, &l);
    }
}
