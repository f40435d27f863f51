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

// The largest value of each window; where `places` is given, the pixel h * W + w it came from. The first of equals wins, and a NaN
// always does.
template <int V> DEVICE void max_pool(const T* x, int px, int H, int W, T* y, int py, int OH, int OW, int* places, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive) {
  int c = CHANNELS;
  if (c >= C) return;
  int M = N * OH * OW;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    int ow = r % OW, oh = r / OW % OH, n = r / OW / OH;
    int h0 = window_begin(oh, H, OH, sh, top, adaptive), h1 = window_end(oh, H, OH, sh, top, kh, adaptive);
    int w0 = window_begin(ow, W, OW, sw, left, adaptive), w1 = window_end(ow, W, OW, sw, left, kw, adaptive);
    h0 = h0 < 0 ? 0 : h0; w0 = w0 < 0 ? 0 : w0; h1 = h1 < H ? h1 : H; w1 = w1 < W ? w1 : W;
    float m[V], f[V];
    int at[V];
    EACH { m[j] = -__int_as_float(0x7f800000); at[j] = h0 * W + w0; }
    for (int h = h0; h < h1; h++) for (int w = w0; w < w1; w++) {
      load<V>(x + (((u64)n * H + h) * W + w) * px + c, f);
      EACH if (f[j] > m[j] || f[j] != f[j]) { m[j] = f[j]; at[j] = h * W + w; }
    }
    store<V>(y + (u64)r * py + c, m);
    if (places) EACH if (c + j < C) places[(u64)r * C + c + j] = at[j];
  }
}
KERNEL(max_pool, (const T* x, int px, int H, int W, T* y, int py, int OH, int OW, int* places, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive), (x, px, H, W, y, py, OH, OW, places, N, C, kh, kw, sh, sw, top, left, adaptive))

template <int V> DEVICE void max_pool_backward(const T* dy, int py, int OH, int OW, const int* places, T* dx, int px, int H, int W, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive, int accumulate) {
  int c = CHANNELS;
  if (c >= C) return;
  int M = N * H * W;
  for (int r = FIRST_ROW; r < M; r += ROW_STEP) {
    int w = r % W, h = r / W % H, n = r / W / H, here = h * W + w;
    int h0 = first_window(h, H, OH, sh, top, kh, adaptive), h1 = last_window(h, H, OH, sh, top, adaptive);
    int w0 = first_window(w, W, OW, sw, left, kw, adaptive), w1 = last_window(w, W, OW, sw, left, adaptive);
    float s[V], f[V];
    EACH s[j] = 0.f;
    for (int oh = h0; oh <= h1; oh++) for (int ow = w0; ow <= w1; ow++) {
      u64 q = ((u64)n * OH + oh) * OW + ow;
      load<V>(dy + q * py + c, f);
      EACH if (c + j < C && places[q * C + c + j] == here) s[j] += f[j];
    }
    add_or_store<V>(dx + (u64)r * px + c, s, accumulate);
  }
}
KERNEL(max_pool_backward, (const T* dy, int py, int OH, int OW, const int* places, T* dx, int px, int H, int W, int N, int C, int kh, int kw, int sh, int sw, int top, int left, int adaptive, int accumulate), (dy, py, OH, OW, places, dx, px, H, W, N, C, kh, kw, sh, sw, top, left, adaptive, accumulate))

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
