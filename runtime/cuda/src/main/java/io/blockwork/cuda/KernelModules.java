package io.blockwork.cuda;

import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.KernelModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The kernels of our own for one device and one kind of numbers. */
final class KernelModules {
  /** The files they stand in. */
  enum Source {
    ELEMENTWISE,
    NORMS,
    POOLS,
    CONVOLUTIONS,
    TRANSFERS,
    LOSSES,
    OPTIMIZERS
  }

  private final Device device;
  private final Numerics numerics;
  private final Map<Source, KernelModule> modules = new EnumMap<>(Source.class);

  KernelModules(Device device, Numerics numerics) {
    this.device = device;
    this.numerics = numerics;
  }

  /** The kernels of a file, compiled at the first call. */
  synchronized KernelModule of(Source source) {
    KernelModule known = modules.get(source);
    if (known != null) {
      return known;
    }
    String file = source.name().toLowerCase(Locale.ROOT) + ".cu";
    KernelModule made =
        KernelModule.compile(
            device,
            file,
            text("common.cu") + text(file),
            numerics == Numerics.BFLOAT16 ? List.of("BFLOAT16") : List.of());
    modules.put(source, made);
    return made;
  }

  private static String text(String file) {
    String name = "kernels/" + file;
    try (InputStream in = KernelModules.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("blockwork-cuda's jar lacks its resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("blockwork-cuda's resource " + name + " cannot be read", e);
    }
  }
}
