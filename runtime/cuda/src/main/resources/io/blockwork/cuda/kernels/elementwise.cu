// Sums, products, activations, and copies that move channels or pixels.

// y = activation(factor0 * a + factor1 * b [+ y]); b may be absent. `accumulate` adds what y holds, before the activation.
template <int V, int F> DEVICE void sum_as(const T* a, int pa, float fa, const T* b, int pb, float fb, T* y, int py, int M, int C, int function, float alpha, float beta, int accumulate) {
  int c = CHANNELS;
  if (c >= C) return;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    float f[V], g[V];
    load<V>(a + (u64)r * pa + c, f);
    EACH f[j] *= fa;
    if (b) { load<V>(b + (u64)r * pb + c, g); EACH f[j] += fb * g[j]; }
    if (accumulate) { load<V>(y + (u64)r * py + c, g); EACH f[j] += g[j]; }
    EACH f[j] = activated<F>(function, f[j], alpha, beta);
    store<V>(y + (u64)r * py + c, f);
  }
}
template <int V> DEVICE void sum(const T* a, int pa, float fa, const T* b, int pb, float fb, T* y, int py, int M, int C, int function, float alpha, float beta, int accumulate) {
#define ARGUMENTS (a, pa, fa, b, pb, fb, y, py, M, C, function, alpha, beta, accumulate)
  BY_FUNCTION(sum_as)
#undef ARGUMENTS
}
KERNEL(sum, (const T* a, int pa, float fa, const T* b, int pb, float fb, T* y, int py, int M, int C, int function, float alpha, float beta, int accumulate), (a, pa, fa, b, pb, fb, y, py, M, C, function, alpha, beta, accumulate))

// y = value
template <int V> DEVICE void fill(T* y, int py, int M, int C, float v) {
  int c = CHANNELS;
  if (c >= C) return;
  float f[V];
  EACH f[j] = v;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) store<V>(y + (u64)r * py + c, f);
}
KERNEL(fill, (T* y, int py, int M, int C, float v), (y, py, M, C, v))

// dx (+)= dy * slope(reference)
template <int V> DEVICE void activation_backward(const T* dy, int pd, const T* reference, int pr, T* dx, int px, int M, int C, int function, float alpha, float beta, int from_output, int accumulate) {
  int c = CHANNELS;
  if (c >= C) return;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    float f[V], g[V];
    load<V>(dy + (u64)r * pd + c, f);
    load<V>(reference + (u64)r * pr + c, g);
    EACH f[j] *= slope(function, g[j], alpha, beta, from_output);
    add_or_store<V>(dx + (u64)r * px + c, f, accumulate);
  }
}
KERNEL(activation_backward, (const T* dy, int pd, const T* reference, int pr, T* dx, int px, int M, int C, int function, float alpha, float beta, int from_output, int accumulate), (dy, pd, reference, pr, dx, px, M, C, function, alpha, beta, from_output, accumulate))

// y = activation(x * scale + shift [+ z * zscale + zshift]); without zscale, z is added as it is. With `signs`, keeps
// where y is positive.
template <int V, int F> DEVICE void affine_as(const T* x, int px, const float* scale, const float* shift, const T* z, int pz, const float* zscale, const float* zshift, T* y, int py, u8* signs, int M, int C, int function, float alpha, float beta, int accumulate) {
  int c = CHANNELS;
  if (c >= C) return;
  float k[V], s[V], q[V];
  EACH { bool in = c + j < C; k[j] = scale && in ? scale[c + j] : 1.f; s[j] = shift && in ? shift[c + j] : 0.f; q[j] = 1.f; }
  if (z && zscale) EACH if (c + j < C) { q[j] = zscale[c + j]; s[j] += zshift[c + j]; }
  int r = FIRST_ROW, step = ROW_STEP;
  if (!z && !accumulate) {
    for (; r + 3 * step < M; r += 4 * step) {
      Values<V> v[4];
      for (int u = 0; u < 4; u++) v[u].load(x + (u64)(r + u * step) * px + c);
      for (int u = 0; u < 4; u++) {
        float f[V];
        v[u].get(f);
        EACH f[j] = activated<F>(function, f[j] * k[j] + s[j], alpha, beta);
        store<V>(y + (u64)(r + u * step) * py + c, f);
      }
    }
  } else if (z && !accumulate) {
    for (; r + step < M; r += 2 * step) {
      Values<V> v[2], w[2];
      for (int u = 0; u < 2; u++) { v[u].load(x + (u64)(r + u * step) * px + c); w[u].load(z + (u64)(r + u * step) * pz + c); }
      for (int u = 0; u < 2; u++) {
        float f[V], g[V];
        v[u].get(f);
        w[u].get(g);
        EACH f[j] = activated<F>(function, f[j] * k[j] + s[j] + g[j] * q[j], alpha, beta);
        store<V>(y + (u64)(r + u * step) * py + c, f);
        if (signs) signs[SIGNS(r + u * step)] = positive<V>(f);
      }
    }
  }
  for (; r < M; r += step) {
    float f[V], g[V];
    load<V>(x + (u64)r * px + c, f);
    EACH f[j] = f[j] * k[j] + s[j];
    if (z) { load<V>(z + (u64)r * pz + c, g); EACH f[j] += g[j] * q[j]; }
    if (accumulate) { load<V>(y + (u64)r * py + c, g); EACH f[j] += g[j]; }
    EACH f[j] = activated<F>(function, f[j], alpha, beta);
    store<V>(y + (u64)r * py + c, f);
    if (signs) signs[SIGNS(r)] = positive<V>(f);
  }
}
template <int V> DEVICE void affine(const T* x, int px, const float* scale, const float* shift, const T* z, int pz, const float* zscale, const float* zshift, T* y, int py, u8* signs, int M, int C, int function, float alpha, float beta, int accumulate) {
#define ARGUMENTS (x, px, scale, shift, z, pz, zscale, zshift, y, py, signs, M, C, function, alpha, beta, accumulate)
  BY_FUNCTION(affine_as)
#undef ARGUMENTS
}
KERNEL(affine, (const T* x, int px, const float* scale, const float* shift, const T* z, int pz, const float* zscale, const float* zshift, T* y, int py, u8* signs, int M, int C, int function, float alpha, float beta, int accumulate), (x, px, scale, shift, z, pz, zscale, zshift, y, py, signs, M, C, function, alpha, beta, accumulate))

// y (+)= a * b, where pixel r of a meets pixel r / plane of b: plane is 1, or H x W for a factor a channel.
template <int V> DEVICE void multiply(const T* a, int pa, const T* b, int pb, int plane, T* y, int py, int M, int C, int accumulate) {
  int c = CHANNELS;
  if (c >= C) return;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    float f[V], g[V];
    load<V>(a + (u64)r * pa + c, f);
    load<V>(b + (u64)(r / plane) * pb + c, g);
    EACH f[j] *= g[j];
    add_or_store<V>(y + (u64)r * py + c, f, accumulate);
  }
}
KERNEL(multiply, (const T* a, int pa, const T* b, int pb, int plane, T* y, int py, int M, int C, int accumulate), (a, pa, b, pb, plane, y, py, M, C, accumulate))

// g (+)= the sum of a * b over the pixels of an image: the gradient of a factor a channel. b may be absent: factor * sum of a.
// One block column a group of channels, one block row an image.
template <int V> DEVICE void image_sums(const T* a, int pa, const T* b, int pb, int plane, float factor, T* g, int pg, int C, int accumulate) {
  int c = CHANNELS;
  float s[1][V];
  EACH s[0][j] = 0.f;
  if (c < C) for (int r = threadIdx.y; r < plane; r += blockDim.y) {
    float f[V], h[V];
    u64 m = (u64)blockIdx.y * plane + r;
    load<V>(a + m * pa + c, f);
    if (b) { load<V>(b + m * pb + c, h); EACH f[j] *= h[j]; }
    EACH s[0][j] += f[j];
  }
  column_sums<V, 1>(s);
  if (threadIdx.y == 0 && c < C) {
    EACH s[0][j] *= factor;
    add_or_store<V>(g + (u64)blockIdx.y * pg + c, s[0], accumulate);
  }
}
KERNEL(image_sums, (const T* a, int pa, const T* b, int pb, int plane, float factor, T* g, int pg, int C, int accumulate), (a, pa, b, pb, plane, factor, g, pg, C, accumulate))

// Channel c of a shuffled tensor comes from here (torch.nn.ChannelShuffle).
DEVICE int shuffled(int c, int C, int groups) { return c % groups * (C / groups) + c / groups; }

// Moves pixels and channels: y at (h, w, c) is x at (h * stride - top, w * stride - left, shuffled(c) - before), or zero outside.
extern "C" __global__ void place(const T* x, int px, int XH, int XW, int XC, T* y, int py, int N, int YH, int YW, int YC, int stride, int top, int left, int before, int groups) {
  EACH_INDEX(i, (u64)N * YH * YW * YC) {
    int c = (int)(i % YC);
    u64 r = i / YC, q = r;
    int w = (int)(q % YW) * stride - left;
    q /= YW;
    int h = (int)(q % YH) * stride - top;
    u64 n = q / YH;
    int s = shuffled(c, YC, groups) - before;
    float v = 0.f;
    if (h >= 0 && h < XH && w >= 0 && w < XW && s >= 0 && s < XC) v = value(x + ((n * XH + h) * XW + w) * px + s);
    put(y + r * py + c, v);
  }
}
// The gradient of place; `groups` is the number that undoes the shuffle.
extern "C" __global__ void place_backward(const T* dy, int py, int YH, int YW, int YC, T* dx, int px, int N, int XH, int XW, int XC, int stride, int top, int left, int before, int groups, int accumulate) {
  EACH_INDEX(i, (u64)N * XH * XW * XC) {
    int c = (int)(i % XC);
    u64 r = i / XC, q = r;
    int w = (int)(q % XW) + left;
    q /= XW;
    int h = (int)(q % XH) + top;
    u64 n = q / XH;
    float v = accumulate ? value(dx + r * px + c) : 0.f;
    if (h % stride == 0 && w % stride == 0 && h / stride < YH && w / stride < YW)
      v += value(dy + ((n * YH + h / stride) * YW + w / stride) * py + shuffled(c + before, YC, groups));
    put(dx + r * px + c, v);
  }
}

// The vector of an image's values in the order channel, row, column; `back` goes the other way.
extern "C" __global__ void flatten(const T* x, int px, T* y, int py, int N, int plane, int C, int back, int accumulate) {
  EACH_INDEX(i, (u64)N * plane * C) {
    int c = (int)(i % C);
    u64 r = i / C;
    int p = (int)(r % plane);
    u64 n = r / plane, map = r * (back ? py : px) + c, vector = n * (back ? px : py) + (u64)c * plane + p;
    T* to = y + (back ? map : vector);
    put(to, value(x + (back ? vector : map)) + (accumulate ? value(to) : 0.f));
  }
}

// SplitMix64 (Steele, Lea and Flood 2014): its n-th number, straight from n, as the other engines draw their masks.
DEVICE u64 mix(u64 n) {
  u64 z = n * 0x9E3779B97F4A7C15ull + 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
// y (+)= x where a value, or a whole image, stays, times what makes up for the loss. The number of the pass is in memory, since a
// recorded graph has no arguments that change.
extern "C" __global__ void dropout(const T* x, int px, T* y, int py, int N, int plane, int C, u64 stream, const u64* pass, double rate, int images, int accumulate) {
  u64 start = mix(stream + *pass);
  float keep = rate < 1.0 ? (float)(1.0 / (1.0 - rate)) : 0.f;
  EACH_INDEX(i, (u64)N * plane * C) {
    int c = (int)(i % C);
    u64 r = i / C, n = r / plane, position = images ? n : n * C * plane + (u64)c * plane + r % plane;
    double uniform = (double)(mix(start + position) >> 11) * 1.1102230246251565e-16;
    float v = uniform < rate ? 0.f : value(x + r * px + c) * keep;
    if (accumulate) v += value(y + r * py + c);
    put(y + r * py + c, v);
  }
}

// One learned slope for each channel, or one for all.
template <int V> DEVICE void prelu(const T* x, int px, const float* slopes, int shared, T* y, int py, int M, int C) {
  int c = CHANNELS;
  if (c >= C) return;
  float k[V];
  EACH k[j] = shared ? slopes[0] : c + j < C ? slopes[c + j] : 0.f;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    float f[V];
    load<V>(x + (u64)r * px + c, f);
    EACH f[j] = f[j] > 0.f ? f[j] : k[j] * f[j];
    store<V>(y + (u64)r * py + c, f);
  }
}
KERNEL(prelu, (const T* x, int px, const float* slopes, int shared, T* y, int py, int M, int C), (x, px, slopes, shared, y, py, M, C))

template <int V> DEVICE void prelu_backward(const T* dy, int pd, const T* x, int px, const float* slopes, int shared, T* dx, int pg, int M, int C, int accumulate) {
  int c = CHANNELS;
  if (c >= C) return;
  float k[V];
  EACH k[j] = shared ? slopes[0] : c + j < C ? slopes[c + j] : 0.f;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    float f[V], g[V];
    load<V>(dy + (u64)r * pd + c, f);
    load<V>(x + (u64)r * px + c, g);
    EACH f[j] *= g[j] > 0.f ? 1.f : k[j];
    add_or_store<V>(dx + (u64)r * pg + c, f, accumulate);
  }
}
KERNEL(prelu_backward, (const T* dy, int pd, const T* x, int px, const float* slopes, int shared, T* dx, int pg, int M, int C, int accumulate), (dy, pd, x, px, slopes, shared, dx, pg, M, C, accumulate))

enum { SUM, SUM_OF_PRODUCTS, SUM_WHERE_NEGATIVE };
// sums[c] over all pixels of a; of a * x; or of a * x where x is not positive: the gradients of biases, factors and slopes.
template <int V> DEVICE void channel_sums(const T* a, int pa, const T* x, int px, int kind, float* sums, int M, int C, float* parts, u32* counters) {
  int c = CHANNELS;
  float s[1][V];
  EACH s[0][j] = 0.f;
  if (c < C) for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    float f[V], g[V];
    load<V>(a + (u64)r * pa + c, f);
    if (kind != SUM) {
      load<V>(x + (u64)r * px + c, g);
      EACH f[j] *= kind == SUM_WHERE_NEGATIVE && g[j] > 0.f ? 0.f : g[j];
    }
    EACH s[0][j] += f[j];
  }
  if (grid_sums<V, 1>(s, parts, counters) && threadIdx.y == 0) EACH if (c + j < C) sums[c + j] = s[0][j];
}
KERNEL(channel_sums, (const T* a, int pa, const T* x, int px, int kind, float* sums, int M, int C, float* parts, u32* counters), (a, pa, x, px, kind, sums, M, C, parts, counters))

// to[0] = the sum of n floats, by one block.
extern "C" __global__ void total(const float* from, float* to, int n) {
  float s = 0.f;
  for (int i = threadIdx.x; i < n; i += blockDim.x) s += from[i];
  s = block_sum(s);
  if (threadIdx.x == 0) to[0] = s;
}
