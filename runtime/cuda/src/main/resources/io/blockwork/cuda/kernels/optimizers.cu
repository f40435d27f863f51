// Steps of optimizers: a sum of squares, what follows from it, and one pass over the parameters.

// What the host writes before a step. The first is 0 while a step is only tried out.
enum { ENABLED, GUARDED, LARGEST_NORM, RATE, CORRECTION, ROOT, BETA1, REST1, BETA2, REST2, EPSILON };
// What a step leaves: the squared norm of the gradients, whether parameters are stepped, the factor of their gradients; then losses.
enum { SQUARES, STEPS, SCALE, LOSSES };
// The columns of a segment, one row for each.
enum { FROM, TO, FROZEN, FACTOR, DECAY, DECOUPLED, COLUMNS };

DEVICE double block_sum(double v) {
  __shared__ double shared[THREADS];
  __syncthreads();
  shared[threadIdx.x] = v;
  __syncthreads();
  for (int s = blockDim.x / 2; s > 0; s >>= 1) {
    if ((int)threadIdx.x < s) shared[threadIdx.x] += shared[threadIdx.x + s];
    __syncthreads();
  }
  return shared[0];
}

// Neither a NaN nor an infinity.
DEVICE bool is_number(double v) { return v - v == 0.; }

// Every block leaves its part of the sum of squares.
extern "C" __global__ void square_sums(const float* gradients, long long count, double* parts) {
  double sum = 0.;
  EACH_INDEX(i, count) { double g = gradients[i]; sum += g * g; }
  sum = block_sum(sum);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

// One block: whether there is a step, and how much gradients are scaled down.
extern "C" __global__ void step_scale(const double* parts, int count, const double* numbers, double epsilon, double* results, int losses) {
  double sum = 0.;
  for (int i = threadIdx.x; i < count; i += blockDim.x) sum += parts[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) {
    double clip = numbers[LARGEST_NORM] / (sqrt(sum) + epsilon);
    bool good = is_number(sum);
    for (int i = 0; i < losses; i++) good = good && is_number(results[LOSSES + i]);
    results[SQUARES] = sum;
    results[STEPS] = numbers[ENABLED] != 0. && (good || numbers[GUARDED] == 0.) ? 1. : 0.;
    results[SCALE] = clip < 1. ? clip : 1.;
  }
}

struct Numbers {
  float momentum;
  int nesterov;
  float keep1, take1, keep2, take2, epsilon, root;
};

struct Momentum {
  static DEVICE float change(const Numbers& n, float g, float* state, u64 i, u64) {
    float v = n.momentum * state[i] + g;
    state[i] = v;
    return n.nesterov ? g + n.momentum * v : v;
  }
};
struct Adam {
  static DEVICE float change(const Numbers& n, float g, float* state, u64 i, u64 length) {
    float m = n.keep1 * state[i] + n.take1 * g;
    float v = n.keep2 * state[length + i] + n.take2 * (g * g);
    state[i] = m;
    state[length + i] = v;
    return m / (sqrtf(v) / n.root + n.epsilon);
  }
};

// Rows of blocks go through the segments, and the blocks of a row through a segment's values.
template <class Rule>
DEVICE void step(float* parameters, const float* gradients, float* state, u64 length, const double* segments, int count, const double* numbers, const double* results, int nesterov) {
  if (results[STEPS] == 0.) return;
  float scale = (float)results[SCALE];
  Numbers n;
  n.momentum = n.keep1 = (float)numbers[BETA1];
  n.nesterov = nesterov;
  n.take1 = (float)numbers[REST1];
  n.keep2 = (float)numbers[BETA2];
  n.take2 = (float)numbers[REST2];
  n.epsilon = (float)numbers[EPSILON];
  n.root = (float)numbers[ROOT];
  for (int l = blockIdx.y; l < count; l += gridDim.y) {
    const double* s = segments + (u64)l * COLUMNS;
    if (s[FROZEN] != 0.) continue;
    double factor = numbers[RATE] * s[FACTOR], off = factor * s[DECOUPLED];
    float rate = (float)(factor / numbers[CORRECTION]), decay = (float)s[DECAY], keep = off > 0. ? (float)(1. - off) : 1.f;
    u64 to = (u64)s[TO];
    for (u64 i = (u64)s[FROM] + blockIdx.x * blockDim.x + threadIdx.x; i < to; i += gridDim.x * blockDim.x) {
      float p = parameters[i], g = gradients[i] * scale;
      if (decay != 0.f) g += decay * p;
      parameters[i] = p * keep - rate * Rule::change(n, g, state, i, length);
    }
  }
}
extern "C" __global__ void step_momentum(float* parameters, const float* gradients, float* state, long long length, const double* segments, int count, const double* numbers, const double* results, int nesterov) {
  step<Momentum>(parameters, gradients, state, length, segments, count, numbers, results, nesterov);
}
extern "C" __global__ void step_adam(float* parameters, const float* gradients, float* state, long long length, const double* segments, int count, const double* numbers, const double* results) {
  step<Adam>(parameters, gradients, state, length, segments, count, numbers, results, 0);
}

// average = keep * average + take * value, of `learnable` values and of the running statistics behind them, `all` in all. Where
// nothing is kept, it does not matter what was there.
extern "C" __global__ void moving_average(float* averages, const float* values, long long learnable, const float* statistics, long long all, float keep, float take) {
  EACH_INDEX(i, all) {
    float v = i < (u64)learnable ? values[i] : statistics[i - learnable];
    averages[i] = keep == 0.f ? v : keep * averages[i] + take * v;
  }
}
