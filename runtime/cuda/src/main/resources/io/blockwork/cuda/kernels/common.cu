// What every kernel file begins with. BFLOAT16 is defined where activations are bfloat16; sums are always in float.
//
// A tensor is N x H x W pixels of `pitch` values each, of which a kernel sees C channels from its pointer on. The blocks
// of most kernels are two-dimensional: x counts groups of V neighbouring channels, y counts pixels. V is WIDTH (16 bytes)
// where everything is aligned, else 1.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#ifdef BFLOAT16
typedef u16 T;
#define WIDTH 8
#else
typedef float T;
#define WIDTH 4
#endif

#define THREADS 256
// Of them, so many blocks at a time keep a multiprocessor's memory busy.
#define BLOCKS 3
#define DEVICE __device__ __forceinline__
#define EACH for (int j = 0; j < V; j++)
// The channels of this thread, and its pixels.
#define CHANNELS ((int)(blockIdx.x * blockDim.x + threadIdx.x) * V)
#define FIRST_ROW ((int)(blockIdx.y * blockDim.y + threadIdx.y))
#define ROW_STEP ((int)(gridDim.y * blockDim.y))
#define EACH_INDEX(i, n) for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < (u64)(n); i += (u64)gridDim.x * blockDim.x)

// Both widths of a kernel.
#define KERNEL(name, parameters, arguments) \
  extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) name##_wide parameters { name<WIDTH> arguments; } \
  extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) name##_one parameters { name<1> arguments; }

struct __align__(16) Words { u32 a, b, c, d; };

DEVICE float from_bits(u32 v) { return __uint_as_float(v); }
DEVICE float low(u32 v) { return __uint_as_float(v << 16); }
DEVICE float high(u32 v) { return __uint_as_float(v & 0xffff0000u); }
DEVICE u32 both(float lo, float hi) {
#ifdef __CUDA_ARCH__
  u32 r;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(hi), "f"(lo));
  return r;
#else
  u32 l = __float_as_uint(lo), h = __float_as_uint(hi);
  l = lo == lo ? (l + 0x7fffu + ((l >> 16) & 1u)) >> 16 : 0x7fffu;
  h = hi == hi ? (h + 0x7fffu + ((h >> 16) & 1u)) >> 16 : 0x7fffu;
  return l | h << 16;
#endif
}

DEVICE float value(const u16* p) { return low(*p); }
DEVICE float value(const float* p) { return *p; }
DEVICE void put(u16* p, float v) { *p = (u16)(both(v, 0.f) & 0xffffu); }
DEVICE void put(float* p, float v) { *p = v; }
DEVICE float rounded(float v, const u16*) { return low(both(v, 0.f)); }
DEVICE float rounded(float v, const float*) { return v; }

// V values from and to memory.
template <int V> struct Values {};
template <> struct Values<1> {
  T raw;
  DEVICE void load(const T* p) { raw = *p; }
  DEVICE void get(float* f) const { f[0] = value(&raw); }
};
template <> struct Values<WIDTH> {
  Words raw;
  DEVICE void load(const T* p) { raw = *(const Words*)p; }
  DEVICE void get(float* f) const {
#ifdef BFLOAT16
    f[0] = low(raw.a); f[1] = high(raw.a); f[2] = low(raw.b); f[3] = high(raw.b);
    f[4] = low(raw.c); f[5] = high(raw.c); f[6] = low(raw.d); f[7] = high(raw.d);
#else
    f[0] = from_bits(raw.a); f[1] = from_bits(raw.b); f[2] = from_bits(raw.c); f[3] = from_bits(raw.d);
#endif
  }
};
template <int V> DEVICE void load(const T* p, float* f) { Values<V> v; v.load(p); v.get(f); }
template <int V> struct Store { static DEVICE void at(T* p, const float* f) { put(p, f[0]); } };
template <> struct Store<WIDTH> {
  static DEVICE void at(T* p, const float* f) {
    Words w;
#ifdef BFLOAT16
    w.a = both(f[0], f[1]); w.b = both(f[2], f[3]); w.c = both(f[4], f[5]); w.d = both(f[6], f[7]);
#else
    w.a = __float_as_uint(f[0]); w.b = __float_as_uint(f[1]); w.c = __float_as_uint(f[2]); w.d = __float_as_uint(f[3]);
#endif
    *(Words*)p = w;
  }
};
template <int V> DEVICE void store(T* p, const float* f) { Store<V>::at(p, f); }
template <int V> DEVICE void add_or_store(T* p, float* f, int accumulate) {
  if (accumulate) { float o[V]; load<V>(p, o); EACH f[j] += o[j]; }
  store<V>(p, f);
}

// Activations, numbered as the engine numbers them; a and b are the function's constants.
enum { NONE, RELU, CLIP, ELU, SIGMOID, HARD_SIGMOID, SILU, HARD_SWISH, MISH, GELU, GELU_TANH, TANH, SOFTPLUS };

DEVICE float sigmoid(float x) { return 1.f / (1.f + expf(-x)); }
DEVICE float softplus(float x) { return x > 20.f ? x : log1pf(expf(x)); }
DEVICE float unit(float x) { return fminf(fmaxf(x, 0.f), 1.f); }

DEVICE float activate(int function, float x, float a, float b) {
  switch (function) {
    case RELU: return x > 0.f ? x : a != 0.f ? a * x : x != x ? x : 0.f;
    case CLIP: return x < a ? a : x > b ? b : x;
    case ELU: return b * (x > 0.f ? x : a * expm1f(x));
    case SIGMOID: return sigmoid(x);
    case HARD_SIGMOID: return unit(a * x + b);
    case SILU: return x * sigmoid(x);
    case HARD_SWISH: return x * unit(a * x + b);
    case MISH: return x * tanhf(softplus(x));
    case GELU: return 0.5f * x * (1.f + erff(x * 0.70710678118654752f));
    case GELU_TANH: return 0.5f * x * (1.f + tanhf(0.79788456080286536f * (x + 0.044715f * x * x * x)));
    case TANH: return tanhf(x);
    case SOFTPLUS: return a * x > b ? x : log1pf(expf(a * x)) / a;
    default: return x;
  }
}

// What a kernel knows of its activation when it is compiled: nothing, that there is none, or that it is ReLU.
enum { ANY, NO_FUNCTION, PLAIN_RELU };
template <int F> DEVICE float activated(int function, float x, float a, float b) {
  return F == NO_FUNCTION ? x : F == PLAIN_RELU ? (x < 0.f ? 0.f : x) : activate(function, x, a, b);
}
#define BY_FUNCTION(call) \
  if (function == NONE) call<V, NO_FUNCTION> ARGUMENTS; \
  else if (function == RELU && alpha == 0.f) call<V, PLAIN_RELU> ARGUMENTS; \
  else call<V, ANY> ARGUMENTS;

// The derivative at the input x, or where only the output is known, from that.
DEVICE float slope(int function, float v, float a, float b, int from_output) {
  switch (function) {
    case RELU: return v > 0.f ? 1.f : a;
    case CLIP: return v > a && v < b ? 1.f : 0.f;
    case ELU: return v > 0.f ? b : from_output ? v + a * b : a * b * expf(v);
    case SIGMOID: { float y = from_output ? v : sigmoid(v); return y * (1.f - y); }
    case HARD_SIGMOID: { float y = from_output ? v : a * v + b; return y > 0.f && y < 1.f ? a : 0.f; }
    case SILU: { float s = sigmoid(v); return s * (1.f + v * (1.f - s)); }
    case HARD_SWISH: { float u = a * v + b; return u <= 0.f ? 0.f : u >= 1.f ? 1.f : 2.f * a * v + b; }
    case MISH: { float t = tanhf(softplus(v)); return t + v * sigmoid(v) * (1.f - t * t); }
    case GELU: return 0.5f * (1.f + erff(v * 0.70710678118654752f)) + v * 0.39894228040143268f * expf(-0.5f * v * v);
    case GELU_TANH: {
      float t = tanhf(0.79788456080286536f * (v + 0.044715f * v * v * v));
      return 0.5f * (1.f + t) + 0.5f * v * (1.f - t * t) * 0.79788456080286536f * (1.f + 3.f * 0.044715f * v * v);
    }
    case TANH: { float y = from_output ? v : tanhf(v); return 1.f - y * y; }
    case SOFTPLUS: return from_output ? 1.f - expf(-a * v) : a * v > b ? 1.f : sigmoid(a * v);
    default: return 1.f;
  }
}

// Sums K x V numbers of every column of a block over its rows, in a fixed order; the result is in row 0's registers.
template <int V, int K> DEVICE void column_sums(float (*a)[V]) {
  __shared__ float shared[K * V * THREADS];
  int me = threadIdx.y * blockDim.x + threadIdx.x;
  __syncthreads();
  for (int k = 0; k < K; k++) EACH shared[(k * V + j) * THREADS + me] = a[k][j];
  for (int s = THREADS / 2; s > 0; s >>= 1) {
    __syncthreads();
    if ((int)threadIdx.y < s && (int)threadIdx.y + s < (int)blockDim.y)
      for (int i = 0; i < K * V; i++) shared[i * THREADS + me] += shared[i * THREADS + me + s * blockDim.x];
  }
  __syncthreads();
  if (threadIdx.y == 0) for (int k = 0; k < K; k++) EACH a[k][j] = shared[(k * V + j) * THREADS + me];
}

// V floats that other blocks have written: not from this multiprocessor's own cache.
template <int V> DEVICE void load_shared(const float* p, float* f) {
  if (V % 4 == 0) {
    for (int i = 0; i < V / 4; i++) {
      float4 v = __ldcg((const float4*)p + i);
      f[4 * i] = v.x; f[4 * i + 1] = v.y; f[4 * i + 2] = v.z; f[4 * i + 3] = v.w;
    }
  } else EACH f[j] = __ldcg(p + j);
}

// Sums over all blocks of a column, in a fixed order: every block leaves its part in memory, and the last one to come adds
// them up. True, with the sums in row 0's registers, in that block only. `parts` holds gridDim.y x K x columns floats.
template <int V, int K> DEVICE bool grid_sums(float (*a)[V], float* parts, u32* counters) {
  __shared__ u32 arrived;
  column_sums<V, K>(a);
  int columns = gridDim.x * blockDim.x * V, c = CHANNELS;
  if (gridDim.y == 1) return true;
  if (threadIdx.y == 0) for (int k = 0; k < K; k++) EACH parts[((u64)blockIdx.y * K + k) * columns + c + j] = a[k][j];
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0 && threadIdx.y == 0) arrived = atomicAdd(counters + blockIdx.x, 1u);
  __syncthreads();
  if (arrived != gridDim.y - 1) return false;
  __threadfence();
  if (threadIdx.x == 0 && threadIdx.y == 0) counters[blockIdx.x] = 0u;
  for (int k = 0; k < K; k++) EACH a[k][j] = 0.f;
#pragma unroll 4
  for (int r = threadIdx.y; r < (int)gridDim.y; r += blockDim.y)
    for (int k = 0; k < K; k++) {
      float f[V];
      load_shared<V>(parts + ((u64)r * K + k) * columns + c, f);
      EACH a[k][j] += f[j];
    }
  column_sums<V, K>(a);
  return true;
}

// Sums go from the last row to the first: what reads the same rows next begins where they are still in the cache.
#define ROW(r) ((u64)(M - 1 - (r)))
// Where the signs of this thread's channels of a pixel are: a byte for V values, bit j set where value j was positive.
#define SIGNS(row) ((u64)(row) * ((C + V - 1) / V) + c / V)
template <int V> DEVICE u8 positive(const float* f) {
  u32 bits = 0u;
  EACH if (f[j] > 0.f) bits |= 1u << j;
  return (u8)bits;
}

// The gradients of a norm's scale and shift, from the sums over all pixels of d * (x - mean) and of d.
template <int V> DEVICE void norm_gradients(float (*s)[V], const float* inverse, float* dgamma, float* dbeta, int C, float* parts, u32* counters) {
  int c = CHANNELS;
  if (!grid_sums<V, 2>(s, parts, counters) || threadIdx.y != 0) return;
  float inverses[V];
  EACH inverses[j] = c + j < C ? inverse[c + j] : 0.f;
  EACH if (c + j < C) { dgamma[c + j] = s[0][j] * inverses[j]; dbeta[c + j] = s[1][j]; }
}

// The sum of one number of every thread of a one-dimensional block, in all threads.
DEVICE float block_sum(float v) {
  __shared__ float shared[THREADS];
  __syncthreads();
  shared[threadIdx.x] = v;
  __syncthreads();
  for (int s = blockDim.x / 2; s > 0; s >>= 1) {
    if ((int)threadIdx.x < s) shared[threadIdx.x] += shared[threadIdx.x + s];
    __syncthreads();
  }
  return shared[0];
}
DEVICE float block_max(float v) {
  __shared__ float shared[THREADS];
  __syncthreads();
  shared[threadIdx.x] = v;
  __syncthreads();
  for (int s = blockDim.x / 2; s > 0; s >>= 1) {
    if ((int)threadIdx.x < s) shared[threadIdx.x] = fmaxf(shared[threadIdx.x], shared[threadIdx.x + s]);
    __syncthreads();
  }
  return shared[0];
}
