// Batch norm in training: statistics, sums of the gradients, and the gradient of the input; and the norms over channels.

// Mean, 1 / deviation, and the scale and shift that normalise, from the sums of x - pivot and of its square; moves the running
// statistics.
template <int V> DEVICE void norm_statistics(const T* x, int px, const float* gamma, const float* beta, float* mean, float* inverse, float* scale, float* shift, float* running_mean, float* running_var, int M, int C, float eps, float momentum, float* parts, u32* counters) {
  int c = CHANNELS, step = ROW_STEP;
  float s[2][V], pivot[V];
  EACH s[0][j] = s[1][j] = pivot[j] = 0.f;
  if (c < C) {
    load<V>(x + c, pivot);
    int r = FIRST_ROW;
    for (; r + 3 * step < M; r += 4 * step) {
      Values<V> v[4];
      for (int u = 0; u < 4; u++) v[u].load(x + ROW(r + u * step) * px + c);
      for (int u = 0; u < 4; u++) {
        float f[V];
        v[u].get(f);
        EACH { float d = f[j] - pivot[j]; s[0][j] += d; s[1][j] += d * d; }
      }
    }
    for (; r < M; r += step) {
      float f[V];
      load<V>(x + ROW(r) * px + c, f);
      EACH { float d = f[j] - pivot[j]; s[0][j] += d; s[1][j] += d * d; }
    }
  }
  if (!grid_sums<V, 2>(s, parts, counters) || threadIdx.y != 0) return;
  // All that is read before anything is written, so that the reads do not wait for one another.
  float scales[V], shifts[V], means[V], variances[V];
  EACH {
    bool in = c + j < C;
    scales[j] = in && gamma ? gamma[c + j] : 1.f;
    shifts[j] = in && beta ? beta[c + j] : 0.f;
    means[j] = in ? running_mean[c + j] : 0.f;
    variances[j] = in ? running_var[c + j] : 0.f;
  }
  EACH if (c + j < C) {
    float d = s[0][j] / M, m = pivot[j] + d, var = fmaxf(s[1][j] / M - d * d, 0.f), inv = 1.f / sqrtf(var + eps), k = scales[j] * inv;
    mean[c + j] = m;
    inverse[c + j] = inv;
    scale[c + j] = k;
    shift[c + j] = shifts[j] - m * k;
    running_mean[c + j] = means[j] + momentum * (m - means[j]);
    running_var[c + j] = variances[j] + momentum * (var * ((float)M / (float)(M - 1)) - variances[j]);
  }
}
KERNEL(norm_statistics, (const T* x, int px, const float* gamma, const float* beta, float* mean, float* inverse, float* scale, float* shift, float* running_mean, float* running_var, int M, int C, float eps, float momentum, float* parts, u32* counters), (x, px, gamma, beta, mean, inverse, scale, shift, running_mean, running_var, M, C, eps, momentum, parts, counters))

// Scale and shift of a norm that uses its running statistics.
extern "C" __global__ void norm_fold(const float* gamma, const float* beta, const float* running_mean, const float* running_var, float* scale, float* shift, int C, float eps) {
  EACH_INDEX(c, C) {
    float k = gamma[c] / sqrtf(running_var[c] + eps);
    scale[c] = k;
    shift[c] = beta[c] - running_mean[c] * k;
  }
}

// What a gradient goes through before a norm sees it: [+ db], then zero where a ReLU was zero. The ReLU is the norm's own, which is
// recomputed, or that of a sum y, or of one whose signs were kept.
enum { NO_RELU, OWN_RELU, RELU_OF_Y, RELU_OF_SIGNS };
template <int V> DEVICE void through_relu(float* f, const float* x, const float* scale, const float* shift) {
  EACH if (!(x[j] * scale[j] + shift[j] > 0.f)) f[j] = 0.f;
}
// dgamma and dbeta; writes the gradient it has summed to `out` where that is given. So many rows are in flight as registers allow.
template <int V, int RELU, bool SUM, int ROWS> DEVICE void norm_sums_as(const T* da, int pa, const T* db, int pb, const T* x, int px, const T* y, int py, const u8* signs, T* out, int po, const float* mean, const float* inverse, const float* scale, const float* shift, float* dgamma, float* dbeta, int M, int C, float* parts, u32* counters) {
  int c = CHANNELS, step = ROW_STEP;
  float s[2][V], m[V], k[V], t[V];
  EACH { s[0][j] = s[1][j] = 0.f; bool in = c + j < C; m[j] = in ? mean[c + j] : 0.f; if (RELU == OWN_RELU) { k[j] = in ? scale[c + j] : 0.f; t[j] = in ? shift[c + j] : 0.f; } }
  if (c < C) for (int r = FIRST_ROW; r < M; r += ROWS * step) {
    Values<V> va[ROWS], vb[ROWS], vx[ROWS], vy[ROWS];
    u32 kept[ROWS];
    for (int u = 0; u < ROWS; u++) {
      u64 q = ROW(r + u * step < M ? r + u * step : r);
      va[u].load(da + q * pa + c);
      vx[u].load(x + q * px + c);
      if (SUM) vb[u].load(db + q * pb + c);
      if (RELU == RELU_OF_Y) vy[u].load(y + q * py + c);
      if (RELU == RELU_OF_SIGNS) kept[u] = signs[SIGNS(q)];
    }
    for (int u = 0; u < ROWS; u++) {
      if (r + u * step >= M) break;
      float f[V], g[V], h[V];
      va[u].get(f);
      vx[u].get(g);
      if (SUM) { vb[u].get(h); EACH f[j] = rounded(f[j] + h[j], da); }
      if (RELU == OWN_RELU) through_relu<V>(f, g, k, t);
      if (RELU == RELU_OF_Y) { vy[u].get(h); EACH if (!(h[j] > 0.f)) f[j] = 0.f; }
      if (RELU == RELU_OF_SIGNS) EACH if (!(kept[u] >> j & 1u)) f[j] = 0.f;
      if (out) store<V>(out + ROW(r + u * step) * po + c, f);
      EACH { s[0][j] += f[j] * (g[j] - m[j]); s[1][j] += f[j]; }
    }
  }
  norm_gradients<V>(s, inverse, dgamma, dbeta, C, parts, counters);
}
template <int V> DEVICE void norm_sums(const T* da, int pa, const T* db, int pb, const T* x, int px, const T* y, int py, const u8* signs, int relu, T* out, int po, const float* mean, const float* inverse, const float* scale, const float* shift, float* dgamma, float* dbeta, int M, int C, float* parts, u32* counters) {
#define ARGUMENTS (da, pa, db, pb, x, px, y, py, signs, out, po, mean, inverse, scale, shift, dgamma, dbeta, M, C, parts, counters)
  if (relu == NO_RELU) norm_sums_as<V, NO_RELU, false, 3> ARGUMENTS;
  else if (relu == OWN_RELU) norm_sums_as<V, OWN_RELU, false, 2> ARGUMENTS;
  else if (relu == RELU_OF_Y && db) norm_sums_as<V, RELU_OF_Y, true, 1> ARGUMENTS;
  else if (relu == RELU_OF_Y) norm_sums_as<V, RELU_OF_Y, false, 2> ARGUMENTS;
  else if (db) norm_sums_as<V, RELU_OF_SIGNS, true, 2> ARGUMENTS;
  else norm_sums_as<V, RELU_OF_SIGNS, false, 2> ARGUMENTS;
#undef ARGUMENTS
}
KERNEL(norm_sums, (const T* da, int pa, const T* db, int pb, const T* x, int px, const T* y, int py, const u8* signs, int relu, T* out, int po, const float* mean, const float* inverse, const float* scale, const float* shift, float* dgamma, float* dbeta, int M, int C, float* parts, u32* counters), (da, pa, db, pb, x, px, y, py, signs, relu, out, po, mean, inverse, scale, shift, dgamma, dbeta, M, C, parts, counters))

// dx (+)= scale * (d - dbeta / M - (x - mean) * inverse * dgamma / M)
template <int V, bool RELU, int ROWS> DEVICE void norm_backward_as(const T* d, int pd, const T* x, int px, T* dx, int pg, const float* mean, const float* inverse, const float* scale, const float* shift, const float* dgamma, const float* dbeta, int M, int C, int accumulate) {
  int c = CHANNELS, step = ROW_STEP;
  if (c >= C) return;
  float k[V], t[V], k1[V], k2[V];
  EACH {
    bool in = c + j < C;
    k[j] = in ? scale[c + j] : 0.f;
    if (RELU) t[j] = in ? shift[c + j] : 0.f;
    k1[j] = in ? -k[j] * dgamma[c + j] * inverse[c + j] / M : 0.f;
    k2[j] = in ? -k[j] * dbeta[c + j] / M - k1[j] * mean[c + j] : 0.f;
  }
  for (int r = FIRST_ROW; r < M; r += ROWS * step) {
    Values<V> vd[ROWS], vx[ROWS];
    for (int u = 0; u < ROWS; u++) {
      u64 q = r + u * step < M ? r + u * step : r;
      vd[u].load(d + q * pd + c);
      vx[u].load(x + q * px + c);
    }
    for (int u = 0; u < ROWS; u++) {
      if (r + u * step >= M) break;
      float f[V], g[V];
      vd[u].get(f);
      vx[u].get(g);
      if (RELU) through_relu<V>(f, g, k, t);
      EACH f[j] = f[j] * k[j] + g[j] * k1[j] + k2[j];
      add_or_store<V>(dx + (u64)(r + u * step) * pg + c, f, accumulate);
    }
  }
}
template <int V> DEVICE void norm_backward(const T* d, int pd, const T* x, int px, int relu, T* dx, int pg, const float* mean, const float* inverse, const float* scale, const float* shift, const float* dgamma, const float* dbeta, int M, int C, int accumulate) {
#define ARGUMENTS (d, pd, x, px, dx, pg, mean, inverse, scale, shift, dgamma, dbeta, M, C, accumulate)
  if (relu) norm_backward_as<V, true, 3> ARGUMENTS;
  else norm_backward_as<V, false, 4> ARGUMENTS;
#undef ARGUMENTS
}
KERNEL(norm_backward, (const T* d, int pd, const T* x, int px, int relu, T* dx, int pg, const float* mean, const float* inverse, const float* scale, const float* shift, const float* dgamma, const float* dbeta, int M, int C, int accumulate), (d, pd, x, px, relu, dx, pg, mean, inverse, scale, shift, dgamma, dbeta, M, C, accumulate))

// dx (+)= scale * d: a norm that uses its running statistics.
template <int V> DEVICE void frozen_norm_backward(const T* d, int pd, const T* x, int px, int relu, T* dx, int pg, const float* scale, const float* shift, int M, int C, int accumulate) {
  int c = CHANNELS;
  if (c >= C) return;
  float k[V], t[V];
  EACH { k[j] = c + j < C ? scale[c + j] : 0.f; t[j] = c + j < C && shift ? shift[c + j] : 0.f; }
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    float f[V], g[V];
    load<V>(d + (u64)r * pd + c, f);
    if (relu) { load<V>(x + (u64)r * px + c, g); through_relu<V>(f, g, k, t); }
    EACH f[j] *= k[j];
    add_or_store<V>(dx + (u64)r * pg + c, f, accumulate);
  }
}
KERNEL(frozen_norm_backward, (const T* d, int pd, const T* x, int px, int relu, T* dx, int pg, const float* scale, const float* shift, int M, int C, int accumulate), (d, pd, x, px, relu, dx, pg, scale, shift, M, C, accumulate))

// Norms of groups: one block a set of `size` values, which are the channels of one pixel (layer norm: plane 1, one group), or the
// channels of a group at all pixels of an image. Mean and 1 / deviation of each set are kept for the gradient.
extern "C" __global__ void group_norm(const T* x, int px, const float* gamma, const float* beta, T* y, int py, float* mean, float* inverse, int plane, int C, int groups, float eps) {
  int channels = C / groups, size = channels * plane, g = blockIdx.x % groups;
  u64 n = blockIdx.x / groups;
  float s = 0.f;
  for (int i = threadIdx.x; i < size; i += blockDim.x) s += value(x + (n * plane + i / channels) * px + g * channels + i % channels);
  float m = block_sum(s) / size;
  s = 0.f;
  for (int i = threadIdx.x; i < size; i += blockDim.x) { float d = value(x + (n * plane + i / channels) * px + g * channels + i % channels) - m; s += d * d; }
  float inv = 1.f / sqrtf(block_sum(s) / size + eps);
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    int c = g * channels + i % channels;
    u64 r = n * plane + i / channels;
    float v = (value(x + r * px + c) - m) * inv;
    put(y + r * py + c, (gamma ? v * gamma[c] : v) + (beta ? beta[c] : 0.f));
  }
  if (threadIdx.x == 0 && mean) { mean[blockIdx.x] = m; inverse[blockIdx.x] = inv; }
}
extern "C" __global__ void group_norm_backward(const T* d, int pd, const T* x, int px, const float* gamma, T* dx, int pg, const float* mean, const float* inverse, int plane, int C, int groups, int accumulate) {
  int channels = C / groups, size = channels * plane, g = blockIdx.x % groups;
  u64 n = blockIdx.x / groups;
  float m = mean[blockIdx.x], inv = inverse[blockIdx.x], a = 0.f, b = 0.f;
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    int c = g * channels + i % channels;
    u64 r = n * plane + i / channels;
    float f = value(d + r * pd + c) * (gamma ? gamma[c] : 1.f);
    a += f;
    b += f * (value(x + r * px + c) - m) * inv;
  }
  a = block_sum(a) / size;
  b = block_sum(b) / size;
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    int c = g * channels + i % channels;
    u64 r = n * plane + i / channels;
    float f = value(d + r * pd + c) * (gamma ? gamma[c] : 1.f), v = (value(x + r * px + c) - m) * inv;
    f = inv * (f - a - v * b);
    if (accumulate) f += value(dx + r * pg + c);
    put(dx + r * pg + c, f);
  }
}
// dgamma and dbeta of them.
template <int V> DEVICE void group_norm_sums(const T* d, int pd, const T* x, int px, const float* mean, const float* inverse, float* dgamma, float* dbeta, int plane, int M, int C, int groups, float* parts, u32* counters) {
  int c = CHANNELS, channels = C / groups;
  float s[2][V];
  EACH s[0][j] = s[1][j] = 0.f;
  if (c < C) for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    float f[V], g[V];
    load<V>(d + (u64)r * pd + c, f);
    load<V>(x + (u64)r * px + c, g);
    EACH if (c + j < C) { int q = r / plane * groups + (c + j) / channels; s[0][j] += f[j] * (g[j] - mean[q]) * inverse[q]; s[1][j] += f[j]; }
  }
  if (!grid_sums<V, 2>(s, parts, counters) || threadIdx.y != 0) return;
  EACH if (c + j < C) { dgamma[c + j] = s[0][j]; dbeta[c + j] = s[1][j]; }
}
KERNEL(group_norm_sums, (const T* d, int pd, const T* x, int px, const float* mean, const float* inverse, float* dgamma, float* dbeta, int plane, int M, int C, int groups, float* parts, u32* counters), (d, pd, x, px, mean, inverse, dgamma, dbeta, plane, M, C, groups, parts, counters))

// Local response norm (Krizhevsky and others, 2012, with torch's mean over the window): y = x / (k + alpha / size * sum of squares) ^ beta
DEVICE float window_sum(const T* p, int c, int C, int before, int after) {
  float s = 0.f;
  for (int i = c - before < 0 ? 0 : c - before; i <= c + after && i < C; i++) { float v = value(p + i); s += v * v; }
  return s;
}
extern "C" __global__ void response_norm(const T* x, int px, T* y, int py, int M, int C, int size, float alpha, float beta, float k) {
  EACH_INDEX(i, (u64)M * C) {
    int c = (int)(i % C);
    u64 r = i / C;
    float s = k + alpha / size * window_sum(x + r * px, c, C, size / 2, (size - 1) / 2);
    put(y + r * py + c, value(x + r * px + c) * powf(s, -beta));
  }
}
extern "C" __global__ void response_norm_backward(const T* d, int pd, const T* x, int px, T* dx, int pg, int M, int C, int size, float alpha, float beta, float k, int accumulate) {
  EACH_INDEX(i, (u64)M * C) {
    int c = (int)(i % C), before = size / 2, after = (size - 1) / 2;
    u64 r = i / C;
    const T* row = x + r * px;
    float f = value(d + r * pd + c) * powf(k + alpha / size * window_sum(row, c, C, before, after), -beta), s = 0.f;
    for (int q = c - after < 0 ? 0 : c - after; q <= c + before && q < C; q++)
      s += value(d + r * pd + q) * value(row + q) * powf(k + alpha / size * window_sum(row, q, C, before, after), -beta - 1.f);
    f -= 2.f * alpha * beta / size * value(row + c) * s;
    if (accumulate) f += value(dx + r * pg + c);
    put(dx + r * pg + c, f);
  }
}

// Softmax over the channels of each pixel, one block a pixel.
extern "C" __global__ void softmax(const T* x, int px, T* y, int py, int C) {
  const T* row = x + (u64)blockIdx.x * px;
  float m = -3.4028235e38f, s = 0.f;
  for (int c = threadIdx.x; c < C; c += blockDim.x) m = fmaxf(m, value(row + c));
  m = block_max(m);
  for (int c = threadIdx.x; c < C; c += blockDim.x) s += expf(value(row + c) - m);
  s = block_sum(s);
  for (int c = threadIdx.x; c < C; c += blockDim.x) put(y + (u64)blockIdx.x * py + c, expf(value(row + c) - m) / s);
}
extern "C" __global__ void softmax_backward(const T* d, int pd, const T* y, int py, T* dx, int px, int C, int accumulate) {
  u64 r = blockIdx.x;
  float s = 0.f;
  for (int c = threadIdx.x; c < C; c += blockDim.x) s += value(d + r * pd + c) * value(y + r * py + c);
  s = block_sum(s);
  for (int c = threadIdx.x; c < C; c += blockDim.x) {
    float f = value(y + r * py + c) * (value(d + r * pd + c) - s);
    if (accumulate) f += value(dx + r * px + c);
    put(dx + r * px + c, f);
  }
}

// Its logarithm.
extern "C" __global__ void log_softmax(const T* x, int px, T* y, int py, int C) {
  const T* row = x + (u64)blockIdx.x * px;
  float m = -3.4028235e38f, s = 0.f;
  for (int c = threadIdx.x; c < C; c += blockDim.x) m = fmaxf(m, value(row + c));
  m = block_max(m);
  for (int c = threadIdx.x; c < C; c += blockDim.x) s += expf(value(row + c) - m);
  float log = m + logf(block_sum(s));
  for (int c = threadIdx.x; c < C; c += blockDim.x) put(y + (u64)blockIdx.x * py + c, value(row + c) - log);
}
extern "C" __global__ void log_softmax_backward(const T* d, int pd, const T* y, int py, T* dx, int px, int C, int accumulate) {
  u64 r = blockIdx.x;
  float s = 0.f;
  for (int c = threadIdx.x; c < C; c += blockDim.x) s += value(d + r * pd + c);
  s = block_sum(s);
  for (int c = threadIdx.x; c < C; c += blockDim.x) {
    float f = value(d + r * pd + c) - expf(value(y + r * py + c)) * s;
    if (accumulate) f += value(dx + r * px + c);
    put(dx + r * px + c, f);
  }
}
