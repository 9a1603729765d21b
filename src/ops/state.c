// SPDX-License-Identifier: Apache-2.0
/* Numbers of a session that kernels read and write while running: streams of random numbers, and the first bad datum.
 */
#include "base/random.h"
#include "ops/op.h"

enum { STREAMS_OF_NODES = 0x6e6f6465 }; /* keeps them apart from streams of other uses */

uint64_t bmi_run_stream(const bmi_run_state *state, uint64_t number)
{
    return bmi_random_stream(bmi_random_stream(STREAMS_OF_NODES, number), state->tick);
}

void bmi_fault(bmi_run_state *state, uint64_t number, const char *what, int64_t value, int64_t position, int64_t limit)
{
    if (__atomic_exchange_n(&state->fault.set, 1, __ATOMIC_ACQ_REL)) return;
    state->fault.number = number;
    state->fault.what = what;
    state->fault.value = value;
    state->fault.position = position;
    state->fault.limit = limit;
}

void bm_call_fault(const bm_call *call, const char *what, int64_t value, int64_t position, int64_t limit)
{
    if (call->state_) bmi_fault(call->state_, call->number_, what, value, position, limit);
}
