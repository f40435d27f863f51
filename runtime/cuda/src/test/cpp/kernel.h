// What kernels in CUDA C++ need to be C++ of the CPU: one block after the other, its threads in turns where they meet at
// barriers.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ucontext.h>
#include <utility>

struct Dim { unsigned x, y, z; };
static Dim threadIdx, blockIdx, blockDim, gridDim;
#define __global__
#define __device__ inline
#define __forceinline__
#define __launch_bounds__(...)
#define __shared__ static
#define __align__(n) alignas(n)
static inline float __uint_as_float(unsigned v) { float f; memcpy(&f, &v, 4); return f; }
static inline float __int_as_float(int v) { float f; memcpy(&f, &v, 4); return f; }
static inline unsigned __float_as_uint(float v) { unsigned u; memcpy(&u, &v, 4); return u; }
static inline unsigned atomicAdd(unsigned* p, unsigned v) { unsigned old = *p; *p += v; return old; }
static inline void __threadfence() {}
struct float4 { float x, y, z, w; };
template <class P> static inline P __ldcg(const P* p) { return *p; }

const int MOST = 1024, STACK = 1 << 16;
static ucontext_t scheduler, contexts[MOST];
static bool done[MOST], met, turns;
static int current;
static void __syncthreads() {
  met = true;
  if (!turns) { fprintf(stderr, "emulator: a barrier where the first block had none\n"); abort(); }
  swapcontext(&contexts[current], &scheduler);
}

template <class... A, size_t... I> void call(void (*f)(A...), void** p, std::index_sequence<I...>) { f((*(A*)p[I])...); }
template <class... A> constexpr int arguments(void (*)(A...)) { return sizeof...(A); }
template <class... A> void invoke(void (*f)(A...), void** p) { call(f, p, std::index_sequence_for<A...>()); }

typedef void (*Body)(void**);
static Body body;
static void** parameters;
static void thread() { body(parameters); done[current] = true; swapcontext(&contexts[current], &scheduler); }
static char* stacks() { static char* s = (char*)malloc((size_t)MOST * STACK); return s; }

static void block(int bx, int by) {
  if (!turns) {
    for (int v = 0; v < by; v++) for (int u = 0; u < bx; u++) { threadIdx = {(unsigned)u, (unsigned)v, 0}; body(parameters); }
    return;
  }
  int n = bx * by;
  for (int i = 0; i < n; i++) {
    done[i] = false;
    getcontext(&contexts[i]);
    contexts[i].uc_stack.ss_sp = stacks() + (size_t)i * STACK;
    contexts[i].uc_stack.ss_size = STACK;
    contexts[i].uc_link = &scheduler;
    makecontext(&contexts[i], thread, 0);
  }
  for (bool any = true; any;) {
    any = false;
    for (int i = 0; i < n; i++) if (!done[i]) {
      any = true;
      current = i;
      threadIdx = {(unsigned)(i % bx), (unsigned)(i / bx), 0};
      swapcontext(&scheduler, &contexts[i]);
    }
  }
}
static void grid(unsigned gx, unsigned gy, unsigned bx, unsigned by, void** p, Body f) {
  blockDim = {bx, by, 1};
  gridDim = {gx, gy, 1};
  body = f;
  parameters = p;
  turns = true;
  met = false;
  for (unsigned j = 0; j < gy; j++) for (unsigned i = 0; i < gx; i++) {
    blockIdx = {i, j, 0};
    block(bx, by);
    // A kernel that has no barrier in its first block has none.
    turns = met;
  }
}
#define ENTRY(name) \
  extern "C" __attribute__((visibility("default"))) int arguments_##name = arguments(name); \
  extern "C" __attribute__((visibility("default"))) void emulate_##name(unsigned gx, unsigned gy, unsigned bx, unsigned by, void** p) { grid(gx, gy, bx, by, p, [](void** q) { invoke(name, q); }); }
