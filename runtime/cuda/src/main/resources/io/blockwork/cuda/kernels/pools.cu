// Pools over windows. Adaptive ones have windows from floor(i * size / outputs) to ceil((i + 1) * size / outputs); the others
// begin at i * stride - padding.
struct Window { int kh, kw, sh, sw, top, left, adaptive; };
DEVICE int window_begin(int i, int size, int outputs, int stride, int before, int adaptive) {
  return adaptive ? (int)((u64)i * size / outputs) : i * stride - before;
}
DEVICE int window_end(int i, int size, int outputs, int stride, int before, int kernel, int adaptive) {
  return adaptive ? (int)(((u64)(i + 1) * size + outputs - 1) / outputs) : i * stride - before + kernel;
}
// The windows that hold a place: from the first to the last.
DEVICE int first_window(int h, int size, int outputs, int stride, int before, int kernel, int adaptive) {
  if (adaptive) return (int)((u64)h * outputs / size);
  int q = h + before - kernel + 1;
  return q <= 0 ? 0 : (q + stride - 1) / stride;
}
DEVICE int last_window(int h, int size, int outputs, int stride, int before, int adaptive) {
  int q = adaptive ? (int)(((u64)(h + 1) * outputs + size - 1) / size) - 1 : (h + before) / stride;
  return q < outputs ? q : outputs - 1;
}

// Where the largest value of a window was: of small windows a byte, its place in the window; else an int, the pixel of the image. Rows of
// places are as wide as those of tensors.
#define PLACES(row) ((u64)(row) * ((C + WIDTH - 1) / WIDTH * WIDTH) + c)
DEVICE int place_of(const u8*, int h, int w, int h0, int w0, int kw, int) { return (h - h0) * kw + w - w0; }
DEVICE int place_of(const int*, int h, int w, int, int, int, int W) { return h * W + w; }
template <int V> DEVICE void load_places(const u8* p, int* at) {
  if (V % 4 == 0) {
    for (int i = 0; i < V / 4; i++) { u32 v = ((const u32*)p)[i]; for (int b = 0; b < 4; b++) at[4 * i + b] = v >> 8 * b & 255u; }
  } else EACH at[j] = p[j];
}
template <int V> DEVICE void store_places(u8* p, const int* at) {
  if (V % 4 == 0) {
    for (int i = 0; i < V / 4; i++) ((u32*)p)[i] = at[4 * i] | at[4 * i + 1] << 8 | at[4 * i + 2] << 16 | (u32)at[4 * i + 3] << 24;
  } else EACH p[j] = (u8)at[j];
}
template <int V> DEVICE void load_places(const int* p, int* at) { EACH at[j] = p[j]; }
template <int V> DEVICE void store_places(int* p, const int* at) { EACH p[j] = at[j]; }

// The largest value of each window [of relu(x * scale + shift)], and where `places` is given, where it came from. The first of equals
// wins, and a NaN always does.
template <int V, class P> DEVICE void max_pool_as(const T* x, int px, int H, int W, const float* scale, const float* shift, int relu, T* y, int py, int OH, int OW, P* places, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive) {
  const int AT_ONCE = 3;
  int c = CHANNELS;
  if (c >= C) return;
  int M = N * OH * OW;
  float k[V], s[V];
  EACH { bool in = scale && c + j < C; k[j] = in ? scale[c + j] : 1.f; s[j] = in ? shift[c + j] : 0.f; }
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    int ow = r % OW, oh = r / OW % OH, n = r / OW / OH;
    int hb = window_begin(oh, H, OH, sh, top, adaptive), h1 = window_end(oh, H, OH, sh, top, kh, adaptive);
    int wb = window_begin(ow, W, OW, sw, left, adaptive), w1 = window_end(ow, W, OW, sw, left, kw, adaptive);
    int h0 = hb < 0 ? 0 : hb, w0 = wb < 0 ? 0 : wb;
    h1 = h1 < H ? h1 : H; w1 = w1 < W ? w1 : W;
    float m[V], f[V];
    int at[V];
    EACH { m[j] = -__int_as_float(0x7f800000); at[j] = place_of(places, h0, w0, hb, wb, kw, W); }
    for (int h = h0; h < h1; h++) for (int w = w0; w < w1; w += AT_ONCE) {
      Values<V> v[AT_ONCE];
      for (int u = 0; u < AT_ONCE; u++) v[u].load(x + (((u64)n * H + h) * W + (w + u < w1 ? w + u : w1 - 1)) * px + c);
      for (int u = 0; u < AT_ONCE; u++) {
        if (w + u >= w1) break;
        int here = place_of(places, h, w + u, hb, wb, kw, W);
        v[u].get(f);
        if (scale) EACH { f[j] = f[j] * k[j] + s[j]; f[j] = rounded(relu && f[j] < 0.f ? 0.f : f[j], x); }
        EACH if (f[j] > m[j] || f[j] != f[j]) { m[j] = f[j]; at[j] = here; }
      }
    }
    store<V>(y + (u64)r * py + c, m);
    if (places) store_places<V>(places + PLACES(r), at);
  }
}
template <int V> DEVICE void max_pool(const T* x, int px, int H, int W, const float* scale, const float* shift, int relu, T* y, int py, int OH, int OW, int* places, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive) {
  max_pool_as<V>(x, px, H, W, scale, shift, relu, y, py, OH, OW, places, N, C, kh, kw, sh, sw, top, left, adaptive);
}
template <int V> DEVICE void small_max_pool(const T* x, int px, int H, int W, const float* scale, const float* shift, int relu, T* y, int py, int OH, int OW, u8* places, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive) {
  max_pool_as<V>(x, px, H, W, scale, shift, relu, y, py, OH, OW, places, N, C, kh, kw, sh, sw, top, left, adaptive);
}
KERNEL(max_pool, (const T* x, int px, int H, int W, const float* scale, const float* shift, int relu, T* y, int py, int OH, int OW, int* places, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive), (x, px, H, W, scale, shift, relu, y, py, OH, OW, places, N, C, kh, kw, sh, sw, top, left, adaptive))
KERNEL(small_max_pool, (const T* x, int px, int H, int W, const float* scale, const float* shift, int relu, T* y, int py, int OH, int OW, u8* places, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive), (x, px, H, W, scale, shift, relu, y, py, OH, OW, places, N, C, kh, kw, sh, sw, top, left, adaptive))

// What comes to pixel r of the input from the windows in which it was the largest; dz, if given, is added to their gradients dy.
template <int V, class P> DEVICE void from_windows(u64 r, const T* dy, int py, const T* dz, int pz, int OH, int OW, const P* places, int H, int W, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive, float* s) {
  int c = CHANNELS, w = (int)(r % W), h = (int)(r / W % H), n = (int)(r / W / H);
  int h0 = first_window(h, H, OH, sh, top, kh, adaptive), h1 = last_window(h, H, OH, sh, top, adaptive);
  int w0 = first_window(w, W, OW, sw, left, kw, adaptive), w1 = last_window(w, W, OW, sw, left, adaptive);
  EACH s[j] = 0.f;
  for (int oh = h0; oh <= h1; oh++) for (int ow = w0; ow <= w1; ow++) {
    u64 q = ((u64)n * OH + oh) * OW + ow;
    int here = place_of(places, h, w, oh * sh - top, ow * sw - left, kw, W), at[V];
    float f[V], g[V];
    load_places<V>(places + PLACES(q), at);
    load<V>(dy + q * py + c, f);
    if (dz) { load<V>(dz + q * pz + c, g); EACH f[j] = rounded(f[j] + g[j], dz); }
    EACH if (at[j] == here) s[j] += f[j];
  }
}
template <int V, class P> DEVICE void max_pool_backward_as(const T* dy, int py, int OH, int OW, const P* places, T* dx, int px, int H, int W, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive, int accumulate) {
  int c = CHANNELS;
  if (c >= C) return;
  int M = N * H * W;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    float s[V];
    from_windows<V>(r, dy, py, 0, 0, OH, OW, places, H, W, C, kh, kw, sh, sw, top, left, adaptive, s);
    add_or_store<V>(dx + (u64)r * px + c, s, accumulate);
  }
}
template <int V> DEVICE void max_pool_backward(const T* dy, int py, int OH, int OW, const int* places, T* dx, int px, int H, int W, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive, int accumulate) {
  max_pool_backward_as<V>(dy, py, OH, OW, places, dx, px, H, W, N, C, kh, kw, sh, sw, top, left, adaptive, accumulate);
}
template <int V> DEVICE void small_max_pool_backward(const T* dy, int py, int OH, int OW, const u8* places, T* dx, int px, int H, int W, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive, int accumulate) {
  max_pool_backward_as<V>(dy, py, OH, OW, places, dx, px, H, W, N, C, kh, kw, sh, sw, top, left, adaptive, accumulate);
}
KERNEL(max_pool_backward, (const T* dy, int py, int OH, int OW, const int* places, T* dx, int px, int H, int W, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive, int accumulate), (dy, py, OH, OW, places, dx, px, H, W, N, C, kh, kw, sh, sw, top, left, adaptive, accumulate))
KERNEL(small_max_pool_backward, (const T* dy, int py, int OH, int OW, const u8* places, T* dx, int px, int H, int W, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive, int accumulate), (dy, py, OH, OW, places, dx, px, H, W, N, C, kh, kw, sh, sw, top, left, adaptive, accumulate))

// The gradient of max_pool(relu(norm(x))) up to the norm's output, from dy [+ dz], and its sums for the norm.
template <int V> DEVICE void max_pool_norm_sums(const T* dy, int py, const T* dz, int pz, int OH, int OW, const u8* places, const T* x, int px, int H, int W, int relu, T* out, int po, const float* mean, const float* inverse, const float* scale, const float* shift, float* dgamma, float* dbeta, int N, int C, int kh, int kw, int sh, int sw, int top, int left, float* parts, u32* counters) {
  int c = CHANNELS, M = N * H * W;
  float s[2][V], m[V], k[V], t[V];
  EACH { s[0][j] = s[1][j] = 0.f; bool in = c + j < C; m[j] = in ? mean[c + j] : 0.f; k[j] = in ? scale[c + j] : 0.f; t[j] = in ? shift[c + j] : 0.f; }
  if (c < C) for (int i = FIRST_ROW; i < M; i += ROW_STEP) {
    u64 r = ROW(i);
    Values<V> v;
    float f[V], g[V];
    v.load(x + r * px + c);
    from_windows<V>(r, dy, py, dz, pz, OH, OW, places, H, W, C, kh, kw, sh, sw, top, left, 0, f);
    v.get(g);
    EACH { if (relu && !(g[j] * k[j] + t[j] > 0.f)) f[j] = 0.f; f[j] = rounded(f[j], out); }
    store<V>(out + r * po + c, f);
    EACH { s[0][j] += f[j] * (g[j] - m[j]); s[1][j] += f[j]; }
  }
  norm_gradients<V>(s, inverse, dgamma, dbeta, C, parts, counters);
}
KERNEL(max_pool_norm_sums, (const T* dy, int py, const T* dz, int pz, int OH, int OW, const u8* places, const T* x, int px, int H, int W, int relu, T* out, int po, const float* mean, const float* inverse, const float* scale, const float* shift, float* dgamma, float* dbeta, int N, int C, int kh, int kw, int sh, int sw, int top, int left, float* parts, u32* counters), (dy, py, dz, pz, OH, OW, places, x, px, H, W, relu, out, po, mean, inverse, scale, shift, dgamma, dbeta, N, C, kh, kw, sh, sw, top, left, parts, counters))

// What the sum of a window is divided by: the places inside the image, or with `count` those inside image and padding.
DEVICE int divisor(int begin, int end, int size, int before, int after, int count) {
  int b = begin < (count ? -before : 0) ? (count ? -before : 0) : begin, limit = size + (count ? after : 0);
  return (end < limit ? end : limit) - b;
}
template <int V> DEVICE void average_pool(const T* x, int px, int H, int W, T* y, int py, int OH, int OW, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int bottom, int right, int adaptive, int count) {
  int c = CHANNELS;
  if (c >= C) return;
  int M = N * OH * OW;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    int ow = r % OW, oh = r / OW % OH, n = r / OW / OH;
    int h0 = window_begin(oh, H, OH, sh, top, adaptive), h1 = window_end(oh, H, OH, sh, top, kh, adaptive);
    int w0 = window_begin(ow, W, OW, sw, left, adaptive), w1 = window_end(ow, W, OW, sw, left, kw, adaptive);
    int d = divisor(h0, h1, H, top, bottom, count) * divisor(w0, w1, W, left, right, count);
    float s[V], f[V];
    EACH s[j] = 0.f;
    for (int h = h0 < 0 ? 0 : h0; h < h1 && h < H; h++) for (int w = w0 < 0 ? 0 : w0; w < w1 && w < W; w++) {
      load<V>(x + (((u64)n * H + h) * W + w) * px + c, f);
      EACH s[j] += f[j];
    }
    EACH s[j] /= d;
    store<V>(y + (u64)r * py + c, s);
  }
}
KERNEL(average_pool, (const T* x, int px, int H, int W, T* y, int py, int OH, int OW, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int bottom, int right, int adaptive, int count), (x, px, H, W, y, py, OH, OW, N, C, kh, kw, sh, sw, top, left, bottom, right, adaptive, count))

template <int V> DEVICE void average_pool_backward(const T* dy, int py, int OH, int OW, T* dx, int px, int H, int W, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int bottom, int right, int adaptive, int count, int accumulate) {
  int c = CHANNELS;
  if (c >= C) return;
  int M = N * H * W;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    int w = r % W, h = r / W % H, n = r / W / H;
    int first_h = first_window(h, H, OH, sh, top, kh, adaptive), last_h = last_window(h, H, OH, sh, top, adaptive);
    int first_w = first_window(w, W, OW, sw, left, kw, adaptive), last_w = last_window(w, W, OW, sw, left, adaptive);
    float s[V], f[V];
    EACH s[j] = 0.f;
    for (int oh = first_h; oh <= last_h; oh++) for (int ow = first_w; ow <= last_w; ow++) {
      int d = divisor(window_begin(oh, H, OH, sh, top, adaptive), window_end(oh, H, OH, sh, top, kh, adaptive), H, top, bottom, count)
        * divisor(window_begin(ow, W, OW, sw, left, adaptive), window_end(ow, W, OW, sw, left, kw, adaptive), W, left, right, count);
      load<V>(dy + (((u64)n * OH + oh) * OW + ow) * py + c, f);
      EACH s[j] += f[j] / d;
    }
    add_or_store<V>(dx + (u64)r * px + c, s, accumulate);
  }
}
KERNEL(average_pool_backward, (const T* dy, int py, int OH, int OW, T* dx, int px, int H, int W, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int bottom, int right, int adaptive, int count, int accumulate), (dy, py, OH, OW, dx, px, H, W, N, C, kh, kw, sh, sw, top, left, bottom, right, adaptive, count, accumulate))
