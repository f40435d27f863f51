package io.blockwork.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads npz: a zip archive of {@code .npy} arrays, each a small header (a Python dictionary in
 * text; NumPy's format document, versions 1 to 3) and the values.
 */
final class Npz {
  static final String SUFFIX = ".npy";

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 14;
  private static final Pattern DESCRIPTOR = Pattern.compile("'descr': *'([^']{1,20})'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order': *(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9L, ]{0,600})\\)");

  private Npz() {}

  /** How every array starts. */
  static byte[] magic() {
    return MAGIC.clone();
  }

  static Content read(SourceFile file, Map<String, ZipRegion> entries) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    entries.forEach(
        (entry, region) -> {
          String name = entry.substring(0, entry.length() - SUFFIX.length());
          tensors.put(name, array(file, name, region));
        });
    return Content.flat(WeightFormat.NPZ, tensors, Map.of());
  }

  private static StoredTensor array(SourceFile file, String name, ZipRegion region) {
    try (ByteSource source = region.open(0)) {
      if (region.length() < 12) {
        throw file.problem("is damaged: %s is too short to be an array", name);
      }
      ByteBuffer start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      source.read(start);
      if (!Arrays.equals(MAGIC, Arrays.copyOf(start.array(), MAGIC.length))) {
        throw file.problem("is damaged: %s does not start like a NumPy array", name);
      }
      int lengthBytes = start.get(6) == 1 ? 2 : 4;
      ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).limit(lengthBytes);
      source.read(length);
      int headerBytes = length.clear().getInt(0);
      long dataStart = 8L + lengthBytes + headerBytes;
      if (headerBytes < 0 || headerBytes > MAX_HEADER || dataStart > region.length()) {
        throw file.problem("is damaged: %s claims a header of %d bytes", name, headerBytes);
      }
      ByteBuffer header = ByteBuffer.allocate(headerBytes);
      source.read(header);
      String text = new String(header.array(), StandardCharsets.UTF_8);
      return tensor(file, name, region, text, dataStart);
    }
  }

  private static StoredTensor tensor(
      SourceFile file, String name, ZipRegion region, String header, long dataStart) {
    String descriptor = find(DESCRIPTOR, header).orElse("of a structured array");
    boolean fortran = field(file, name, ORDER, header).equals("True");
    String sizes = field(file, name, SHAPE, header);
    StoredType type =
        ElementType.ofNumpy(descriptor)
            .map(StoredType::of)
            .orElseGet(() -> StoredType.unknown(descriptor));
    try {
      long[] shape =
          Arrays.stream(sizes.split(",", -1))
              .map(s -> s.strip().replace("L", ""))
              .filter(s -> !s.isEmpty())
              .mapToLong(Long::parseLong)
              .toArray();
      long[] strides = fortran ? columnMajor(shape) : StoredTensor.rowMajor(shape);
      StoredTensor tensor = new StoredTensor(file, name, type, shape, strides, dataStart, region);
      boolean known = tensor.obstacle().isEmpty();
      if (known && tensor.elements() * type.bytes() != region.length() - dataStart) {
        throw file.problem(
            "is damaged: %s has %d bytes for %d values",
            name, region.length() - dataStart, tensor.elements());
      }
      return tensor;
    } catch (ArithmeticException | NumberFormatException e) {
      throw file.problem(e, "is damaged: %s has the impossible shape (%s)", name, sizes);
    }
  }

  private static long[] columnMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int d = 0; d < shape.length; d++) {
      strides[d] = stride;
      stride = Math.multiplyExact(stride, Math.max(1, shape[d]));
    }
    return strides;
  }

  private static String field(SourceFile file, String name, Pattern pattern, String header) {
    return find(pattern, header)
        .orElseThrow(
            () -> file.problem("is damaged: the header of %s does not match %s", name, pattern));
  }

  private static Optional<String> find(Pattern pattern, String header) {
    Matcher matcher = pattern.matcher(header);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
