package io.blockwork.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the format of {@code torch.save} since PyTorch 1.6: a zip archive with the object in {@code
 * data.pkl} and each storage in an entry of its own, all in one folder.
 */
final class TorchZip {
  private static final String PICKLE = "data.pkl";

  /** State dicts of a thousand tensors have pickles of a few hundred kilobytes. */
  static final long MAX_PICKLE = 1L << 24;

  private final SourceFile file;
  private final Map<String, ZipRegion> entries;
  private final String folder;

  private TorchZip(SourceFile file, Map<String, ZipRegion> entries, String folder) {
    this.file = file;
    this.entries = entries;
    this.folder = folder;
  }

  /** Whether an archive with such entries is one. */
  static boolean matches(Map<String, ZipRegion> entries) {
    return entries.keySet().stream().anyMatch(TorchZip::isPickle);
  }

  private static boolean isPickle(String entry) {
    return entry.equals(PICKLE) || entry.endsWith("/" + PICKLE);
  }

  static Content read(SourceFile file, Map<String, ZipRegion> entries) {
    List<String> pickles = entries.keySet().stream().filter(TorchZip::isPickle).toList();
    if (pickles.size() != 1) {
      throw file.problem("has %d zip entries called %s instead of one", pickles.size(), PICKLE);
    }
    String pickle = pickles.get(0);
    String folder = pickle.substring(0, pickle.length() - PICKLE.length());
    return new TorchZip(file, entries, folder).content(entry(file, entries, pickle));
  }

  private static ZipRegion entry(SourceFile file, Map<String, ZipRegion> entries, String name) {
    ZipRegion region = entries.get(name);
    if (region == null) {
      throw file.problem("is damaged: its zip entry %s is missing", name);
    }
    return region;
  }

  private Content content(ZipRegion pickle) {
    if (entries.containsKey(folder + "constants.pkl")) {
      throw file.problem(
          "is a TorchScript program, not weights; save model.state_dict() with torch.save");
    }
    if (pickle.length() > MAX_PICKLE) {
      throw file.problem(
          "has a pickle of %d bytes; at most %d are read, many times what weights need",
          pickle.length(), MAX_PICKLE);
    }
    checkByteOrder();
    Budget budget = new Budget(file);
    var root = TorchUnpickler.read(file, pickle.pickle(), new HashMap<>(), budget);
    return Checkpoint.read(file, WeightFormat.TORCH_ZIP, root, this::resolve, budget);
  }

  private void checkByteOrder() {
    ZipRegion order = entries.get(folder + "byteorder");
    if (order == null) {
      return;
    }
    ByteBuffer text = ByteBuffer.allocate((int) Math.min(16, order.length()));
    try (ByteSource source = order.open(0)) {
      source.read(text);
    }
    if (!new String(text.array(), StandardCharsets.US_ASCII).strip().equals("little")) {
      throw file.problem("was saved on a big-endian machine; save it again on a little-endian one");
    }
  }

  private StoredTensor resolve(String name, TorchTensor.Dense tensor) {
    String key = tensor.storage().key();
    ZipRegion region = entry(file, entries, folder + "data/" + key);
    if (!region.stored()) {
      throw file.problem("has the compressed storage %s, which torch.save never writes", key);
    }
    return tensor.over(file, name, region);
  }
}
