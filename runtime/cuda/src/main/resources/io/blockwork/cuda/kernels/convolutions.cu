// Weights on their way between the network's order (out, in, row, column) in float and the kernels' (out, row, column, in), padded;
// and plain convolutions for what cuDNN has no kernel for.

// Weight and bias of a convolution with a norm's running statistics folded in, all times a factor; each but the weight may be absent.
extern "C" __global__ void pack_weight(const float* weight, const float* bias, const float* gamma, const float* beta, const float* running_mean, const float* running_var, float eps, float factor, T* packed, T* packed_bias, float* plain_bias, int K, int C, int R, int S, int KP, int CP) {
  EACH_INDEX(i, (u64)KP * R * S * CP) {
    int c = (int)(i % CP);
    u64 q = i / CP;
    int s = (int)(q % S), r = (int)(q / S % R), k = (int)(q / S / R);
    float scale = factor;
    if (k < K && gamma) scale *= gamma[k] / sqrtf(running_var[k] + eps);
    put(packed + i, k < K && c < C ? weight[(((u64)k * C + c) * R + r) * S + s] * scale : 0.f);
    if (i < (u64)KP) {
      int b = (int)i;
      float v = 0.f;
      if (b < K) {
        v = bias ? bias[b] : 0.f;
        if (gamma) v = (v - running_mean[b]) * (gamma[b] / sqrtf(running_var[b] + eps)) + beta[b];
      }
      put(packed_bias + b, v * factor);
      plain_bias[b] = v * factor;
    }
  }
}

// The same without norms for many layers at once: row l of `layers` is K, C, R, S, KP, CP, the index of the first weight of the layer
// in `weights`, and that of its first packed value.
extern "C" __global__ void pack_all(const float* weights, T* packed, const long long* layers, int count) {
  for (int l = blockIdx.y; l < count; l += gridDim.y) {
    const long long* d = layers + l * 8;
    int K = (int)d[0], C = (int)d[1], R = (int)d[2], S = (int)d[3], KP = (int)d[4], CP = (int)d[5];
    const float* from = weights + d[6];
    T* to = packed + d[7];
    u32 size = (u32)KP * R * S * CP;
    for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < size; i += gridDim.x * blockDim.x) {
      int c = i % CP;
      u32 q = i / CP;
      int s = q % S, r = q / S % R, k = q / S / R;
      put(to + i, k < K && c < C ? from[(((u64)k * C + c) * R + r) * S + s] : 0.f);
    }
  }
}
// The other way, for their gradients.
extern "C" __global__ void unpack_all(const T* packed, float* gradients, const long long* layers, int count) {
  for (int l = blockIdx.y; l < count; l += gridDim.y) {
    const long long* d = layers + l * 8;
    int K = (int)d[0], C = (int)d[1], R = (int)d[2], S = (int)d[3], CP = (int)d[5];
    float* to = gradients + d[6];
    const T* from = packed + d[7];
    u32 size = (u32)K * C * R * S;
    for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < size; i += gridDim.x * blockDim.x) {
      int s = i % S;
      u32 q = i / S;
      int r = q % R;
      q /= R;
      int c = q % C, k = q / C;
      to[i] = value(from + (((u64)k * R + r) * S + s) * CP + c);
    }
  }
}

// One output value a thread.
extern "C" __global__ void convolve(const T* x, int px, int H, int W, const T* weight, int CP, T* y, int py, int OH, int OW, int N, int K, int C, int R, int S, int groups, int sh, int sw, int top, int left, int dh, int dw) {
  int kg = K / groups;
  EACH_INDEX(i, (u64)N * OH * OW * K) {
    int k = (int)(i % K), first = k / kg * C;
    u64 row = i / K, q = row;
    int ow = (int)(q % OW);
    q /= OW;
    int oh = (int)(q % OH);
    u64 n = q / OH;
    float sum = 0.f;
    for (int r = 0; r < R; r++) {
      int h = oh * sh - top + r * dh;
      if (h < 0 || h >= H) continue;
      for (int s = 0; s < S; s++) {
        int w = ow * sw - left + s * dw;
        if (w < 0 || w >= W) continue;
        const T* a = x + ((n * H + h) * W + w) * px + first;
        const T* b = weight + (((u64)k * R + r) * S + s) * CP;
        for (int c = 0; c < C; c++) sum += value(a + c) * value(b + c);
      }
    }
    put(y + row * py + k, sum);
  }
}
// The gradient of its input.
extern "C" __global__ void convolve_backward(const T* dy, int py, int OH, int OW, const T* weight, int CP, T* dx, int px, int H, int W, int N, int K, int C, int R, int S, int groups, int sh, int sw, int top, int left, int dh, int dw, int accumulate) {
  int kg = K / groups;
  EACH_INDEX(i, (u64)N * H * W * C * groups) {
    int all = C * groups, channel = (int)(i % all), g = channel / C, c = channel % C;
    u64 row = i / all, q = row;
    int w = (int)(q % W);
    q /= W;
    int h = (int)(q % H);
    u64 n = q / H;
    float sum = accumulate ? value(dx + row * px + channel) : 0.f;
    for (int r = 0; r < R; r++) {
      int a = h + top - r * dh;
      if (a < 0 || a % sh != 0 || a / sh >= OH) continue;
      for (int s = 0; s < S; s++) {
        int b = w + left - s * dw;
        if (b < 0 || b % sw != 0 || b / sw >= OW) continue;
        const T* d = dy + ((n * OH + a / sh) * OW + b / sw) * py;
        for (int k = g * kg; k < (g + 1) * kg; k++) sum += value(d + k) * value(weight + (((u64)k * R + r) * S + s) * CP + c);
      }
    }
    put(dx + row * px + channel, sum);
  }
}
// The gradient of its weight, one block a value.
extern "C" __global__ void convolve_weights(const T* x, int px, int H, int W, const T* dy, int py, int OH, int OW, T* dweight, int CP, int N, int K, int C, int R, int S, int groups, int sh, int sw, int top, int left, int dh, int dw) {
  u64 i = blockIdx.x;
  int c = (int)(i % C);
  u64 q = i / C;
  int s = (int)(q % S), r = (int)(q / S % R), k = (int)(q / S / R), channel = k / (K / groups) * C + c;
  float sum = 0.f;
  for (u64 m = threadIdx.x; m < (u64)N * OH * OW; m += blockDim.x) {
    int ow = (int)(m % OW), oh = (int)(m / OW % OH), h = oh * sh - top + r * dh, w = ow * sw - left + s * dw;
    u64 n = m / OW / OH;
    if (h >= 0 && h < H && w >= 0 && w < W) sum += value(dy + m * py + k) * value(x + ((n * H + h) * W + w) * px + channel);
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) put(dweight + (((u64)k * R + r) * S + s) * CP + c, sum);
}
