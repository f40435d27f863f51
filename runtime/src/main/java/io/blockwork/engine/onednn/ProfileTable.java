package io.blockwork.engine.onednn;

import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Prints what the kernels of a plan take. */
final class ProfileTable {
  private static final String ROW = "%-44s %-10s %9.3f %5.1f%% %8s %9.2f  %s";

  private ProfileTable() {}

  /** One line a kernel, in the order in which they run, and the sum. */
  static String of(List<KernelProfile> kernels, OneDnnEngine engine, long batch) {
    double total = kernels.stream().mapToDouble(KernelProfile::milliseconds).sum();
    StringJoiner table = new StringJoiner(System.lineSeparator());
    String layout = kernels.isEmpty() ? "" : ", " + kernels.get(0).layout();
    table.add(SafeText.format("%s, batch %d%s", engine, batch, layout));
    engine.directOnly().ifPresent(why -> table.add("no Winograd convolutions: " + why));
    table.add(
        SafeText.format(
            "%-44s %-10s %9s %6s %8s %9s  %s",
            "layer", "kernel", "ms", "share", "GFLOP/s", "MB", "implementation"));
    for (KernelProfile kernel : kernels) {
      String rate =
          kernel.flops() == 0 ? "-" : String.format(Locale.ROOT, "%.0f", kernel.gigaflops());
      table.add(
          String.format(
              Locale.ROOT,
              ROW,
              kernel.path(),
              kernel.kind(),
              kernel.milliseconds(),
              total == 0 ? 0 : 100 * kernel.milliseconds() / total,
              rate,
              kernel.bytes() / 1e6,
              kernel.implementation()));
    }
    double flops = kernels.stream().mapToDouble(KernelProfile::flops).sum();
    double bytes = kernels.stream().mapToDouble(KernelProfile::bytes).sum();
    String rate = String.format(Locale.ROOT, "%.0f", total == 0 ? 0 : flops / total / 1e6);
    table.add(String.format(Locale.ROOT, ROW, "all", "", total, 100.0, rate, bytes / 1e6, ""));
    return table.toString();
  }
}
