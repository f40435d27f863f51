// Softmax cross entropy of [N, C] logits in float, one block an image. `factors` are: whether the output has a loss, the factor of the
// gradient, and the divisor of the loss.
enum { PRESENT, FACTOR, DIVISOR };

extern "C" __global__ void cross_entropy(const float* logits, const float* targets, int C, const double* factors, float* gradient, float* rows) {
  const float *z = logits + (u64)blockIdx.x * C, *t = targets + (u64)blockIdx.x * C;
  float* g = gradient + (u64)blockIdx.x * C;
  bool present = factors[PRESENT] != 0.;
  float factor = (float)factors[FACTOR], most = from_bits(0xff800000u), sum = 0.f, mass = 0.f, known = 0.f;
  for (int c = threadIdx.x; c < C; c += blockDim.x) most = fmaxf(most, z[c]);
  most = block_max(most);
  for (int c = threadIdx.x; c < C; c += blockDim.x) {
    sum += expf(z[c] - most);
    mass += t[c];
    // What is not wanted at all may be infinitely unlikely.
    if (t[c] != 0.f) known += t[c] * (z[c] - most);
  }
  sum = block_sum(sum);
  mass = block_sum(mass);
  known = block_sum(known);
  // Targets need not sum to one.
  for (int c = threadIdx.x; c < C; c += blockDim.x) g[c] = present ? (mass * (expf(z[c] - most) / sum) - t[c]) * factor : 0.f;
  if (threadIdx.x == 0) rows[blockIdx.x] = present ? mass * logf(sum) - known : 0.f;
}

// One block: the loss of the batch.
extern "C" __global__ void loss_mean(const float* rows, int N, const double* factors, double* loss) {
  float sum = 0.f;
  for (int i = threadIdx.x; i < N; i += blockDim.x) sum += rows[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *loss = factors[PRESENT] != 0. ? sum / factors[DIVISOR] : 0.;
}
