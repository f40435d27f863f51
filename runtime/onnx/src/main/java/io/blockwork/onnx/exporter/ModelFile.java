package io.blockwork.onnx.exporter;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.blockwork.io.AtomicFile;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.StringStringEntryProto;
import io.blockwork.onnx.proto.TensorProto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes a model and the values of its initialisers: into one file, or the large ones into another
 * beside it. That one is written first, under a name that tells its content; the model, which names
 * it, comes last. So whoever reads meanwhile finds the old model with the old values, or the new
 * one with the new ones.
 */
final class ModelFile {
  /** A protobuf message has less than 2 GiB. */
  static final long MOST_BYTES = Integer.MAX_VALUE;

  /** What a tensor takes beside its header and values, at most. */
  private static final int FRAME = 16;

  /** Smaller tensors stay in the model, where runtimes look for shapes. */
  private static final int LEAST_EXTERNAL = 1024;

  /** Where tensors may begin, so that files can be mapped; large ones as Windows wants it. */
  private static final int PAGE = 1 << 12;

  private static final int GRANULARITY = 1 << 16;
  private static final int NAME_BYTES = 8;

  private final Path file;
  private final ModelProto.Builder model;
  private final List<Initialiser> initialisers;

  private ModelFile(Path file, ModelProto.Builder model, List<Initialiser> initialisers) {
    this.file = file;
    this.model = model;
    this.initialisers = initialisers;
  }

  /**
   * Writes the model.
   *
   * @param model without initialisers
   * @param external whether large values go into another file; they do in any case where the model
   *     would have more than {@code most} bytes
   * @throws io.blockwork.io.FileException if a file cannot be written; what was there is still
   *     there
   */
  static void write(
      Path file,
      ModelProto.Builder model,
      List<Initialiser> initialisers,
      boolean external,
      long most) {
    ModelFile writer = new ModelFile(file, model, initialisers);
    if (external || writer.size() > most) {
      writer.external();
    } else {
      initialisers.forEach(each -> writer.add(inline(each)));
      writer.model();
    }
  }

  private long size() {
    long size = model.buildPartial().getSerializedSize();
    for (Initialiser each : initialisers) {
      size += each.header().getSerializedSize() + each.data().bytes() + FRAME;
    }
    return size;
  }

  private void add(TensorProto tensor) {
    model.getGraphBuilder().addInitializer(tensor);
  }

  private void model() {
    ModelProto message = model.build();
    AtomicFile.write(
        file,
        channel -> {
          OutputStream out = Channels.newOutputStream(channel);
          message.writeTo(out);
          out.flush();
        });
  }

  private static TensorProto inline(Initialiser initialiser) {
    List<ByteString> pieces = new ArrayList<>();
    initialiser
        .data()
        .<RuntimeException>write(bytes -> pieces.add(UnsafeByteOperations.unsafeWrap(bytes)));
    return initialiser.header().toBuilder().setRawData(ByteString.copyFrom(pieces)).build();
  }

  /**
   * A tensor in the other file.
   *
   * @param offset where it begins
   */
  private record Placed(Initialiser initialiser, long offset) {}

  @SuppressWarnings("ReferenceEquality") // the very same initialiser
  private void external() {
    List<Placed> placed = new ArrayList<>();
    long end = 0;
    for (Initialiser each : initialisers) {
      long bytes = each.data().bytes();
      if (bytes >= LEAST_EXTERNAL) {
        long step = bytes >= GRANULARITY ? GRANULARITY : PAGE;
        long offset = (end + step - 1) / step * step;
        placed.add(new Placed(each, offset));
        end = offset + bytes;
      }
    }
    String name = file.getFileName() + "." + digest(placed) + ".data";
    Path data = file.resolveSibling(name);
    boolean made = Files.notExists(data);
    AtomicFile.write(
        data,
        channel ->
            write(
                placed,
                bytes -> {
                  while (bytes.hasRemaining()) {
                    channel.write(bytes);
                  }
                }));
    int next = 0;
    for (Initialiser each : initialisers) {
      boolean outside = next < placed.size() && placed.get(next).initialiser() == each;
      add(outside ? reference(placed.get(next++), name) : inline(each));
    }
    try {
      model();
    } catch (RuntimeException e) {
      if (made) {
        deleteUnused(data, e);
      }
      throw e;
    }
  }

  private static void deleteUnused(Path data, RuntimeException cause) {
    try {
      Files.deleteIfExists(data);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static <E extends Exception> void write(List<Placed> placed, TensorData.Sink<E> sink)
      throws E {
    long end = 0;
    for (Placed each : placed) {
      sink.accept(ByteBuffer.allocate(Math.toIntExact(each.offset() - end)));
      each.initialiser().data().write(sink);
      end = each.offset() + each.initialiser().data().bytes();
    }
  }

  private static String digest(List<Placed> placed) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      write(placed, digest::update);
      return HexFormat.of().formatHex(digest.digest(), 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static TensorProto reference(Placed placed, String name) {
    return placed.initialiser().header().toBuilder()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", name))
        .addExternalData(entry("offset", String.valueOf(placed.offset())))
        .addExternalData(entry("length", String.valueOf(placed.initialiser().data().bytes())))
        .build();
  }

  /** A pair of strings, as ONNX has them in several places. */
  static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
