// Images and results between the host's order (image, channel, row, column) in float and the tensors' (image, row, column, channel).
// One thread a pixel of a tensor; padding channels become zero.
extern "C" __global__ void images_in(const float* from, T* to, int pitch, int M, int plane, int C, int CP, int aligned) {
  EACH_INDEX(r, M) {
    u32 n = (u32)r / plane, p = (u32)r % plane;
    if (aligned) {
      for (int c = 0; c < CP; c += WIDTH) {
        float f[WIDTH];
        for (int j = 0; j < WIDTH; j++) f[j] = c + j < C ? from[((u64)n * C + c + j) * plane + p] : 0.f;
        store<WIDTH>(to + r * pitch + c, f);
      }
      continue;
    }
    for (int c = 0; c < CP; c++) put(to + r * pitch + c, c < C ? from[((u64)n * C + c) * plane + p] : 0.f);
  }
}
extern "C" __global__ void images_out(const T* from, int pitch, float* to, int M, int plane, int C) {
  EACH_INDEX(i, (u64)M * C) {
    u64 p = i % plane, c = i / plane % C, n = i / plane / C;
    to[i] = value(from + (n * plane + p) * pitch + c);
  }
}
