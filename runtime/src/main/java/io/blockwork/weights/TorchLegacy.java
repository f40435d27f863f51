package io.blockwork.weights;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads the format of {@code torch.save} before PyTorch 1.6: pickles of a magic number, the
 * protocol, the machine, the object and the keys of the storages, then each storage's length and
 * bytes in the order of the keys.
 */
final class TorchLegacy {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

  /** The magic number as a ten-byte integer of a pickle. */
  private static final String NUMBER = "8a0a6cfc9c46f9206aa85019";

  /** The pickle of the magic number: the protocol, from 4 on a frame's length, the number. */
  private static final Pattern START =
      Pattern.compile("80(0[23]|0[45]95[0-9a-f]{16})" + NUMBER + ".*");

  private static final int START_BYTES = 23;

  private final SourceFile file;
  private final Map<String, TorchStorage> storages = new HashMap<>();
  private final Map<String, Region> regions = new LinkedHashMap<>();
  private final Budget budget;

  private TorchLegacy(SourceFile file) {
    this.file = file;
    this.budget = new Budget(file);
  }

  /** Whether the file starts like one. */
  static boolean matches(SourceFile file) {
    byte[] start = file.bytes(0, (int) Math.min(START_BYTES, file.size())).array();
    return START.matcher(HexFormat.of().formatHex(start)).matches();
  }

  static Content read(SourceFile file) {
    return new TorchLegacy(file).content();
  }

  private Content content() {
    PickleInput input = new PickleInput(file, 0, Math.min(file.size(), TorchZip.MAX_PICKLE));
    Object magic = pickle(input).orElse("");
    Object protocol = pickle(input).orElse("");
    Object machine = pickle(input).orElse("");
    if (!magic.equals(MAGIC) || !protocol.equals(1001)) {
      throw file.problem(
          "has version %s of PyTorch's legacy format; only 1001 can be read", protocol);
    }
    if (machine instanceof Map<?, ?> map && Boolean.FALSE.equals(map.get("little_endian"))) {
      throw file.problem("was saved on a big-endian machine; save it again on a little-endian one");
    }
    Optional<Object> root = pickle(input);
    Object keys = pickle(input).orElse("");
    if (!(keys instanceof List<?> list)) {
      throw file.problem("is damaged: no list of storages follows its pickle");
    }
    locate(list, input.position());
    return Checkpoint.read(file, WeightFormat.TORCH_LEGACY, root, this::resolve, budget);
  }

  private Optional<Object> pickle(PickleInput input) {
    return TorchUnpickler.read(file, input, storages, budget);
  }

  private void locate(List<?> keys, long from) {
    long position = from;
    for (Object key : keys) {
      TorchStorage storage = storages.get(String.valueOf(key));
      if (storage == null) {
        throw file.problem("is damaged: it lists a storage that its pickle does not refer to");
      }
      ByteBuffer length = file.bytes(position, Long.BYTES);
      if (length.getLong(0) != storage.numel()) {
        throw file.problem(
            "storage %s has %d values, but %d according to the pickle",
            storage.key(), length.getLong(0), storage.numel());
      }
      Region region = new PlainRegion(file, position + Long.BYTES, bytes(storage));
      if (regions.put(storage.key(), region) != null) {
        throw file.problem("has the storage %s twice", storage.key());
      }
      position += Long.BYTES + region.length();
    }
  }

  private long bytes(TorchStorage storage) {
    try {
      return storage.bytes();
    } catch (ArithmeticException e) {
      throw file.problem(e, "storage %s has an impossible length", storage.key());
    }
  }

  private StoredTensor resolve(String name, TorchTensor.Dense tensor) {
    Region region = regions.get(tensor.storage().key());
    if (region == null) {
      throw file.problem("is cut short or damaged: the values of %s are missing", name);
    }
    return tensor.over(file, name, region);
  }
}
