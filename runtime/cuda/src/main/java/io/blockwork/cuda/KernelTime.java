package io.blockwork.cuda;

import java.util.List;
import java.util.Locale;

/**
 * How long a kernel takes by itself.
 *
 * @param path of the layer
 * @param kernel what runs
 * @param bytes of the tensors that it reads and writes, or 0
 * @param milliseconds the mean
 */
record KernelTime(String path, String kernel, long bytes, double milliseconds) {
  /** A table for people to read. */
  static String table(List<KernelTime> times, String engine, long images, double whole) {
    double sum = times.stream().mapToDouble(KernelTime::milliseconds).sum();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %d images: %.3f ms as one graph, %.3f ms kernel by kernel%n",
            engine,
            images,
            whole,
            sum));
    for (KernelTime time : times) {
      text.append(
          String.format(
              Locale.ROOT,
              "%9.4f ms %5.1f %%  %-40s %s%n",
              time.milliseconds(),
              100 * time.milliseconds() / sum,
              time.path(),
              time.kernel()));
    }
    return text.toString();
  }
}
