package io.blockwork.weights;

import io.blockwork.io.AtomicFile;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes npz files as {@code numpy.savez} does: uncompressed, version 1 of the array format. */
public final class NpzWriter {
  /** The array's values start at a multiple of this within their entry. */
  private static final int ALIGNMENT = 64;

  private static final int CHUNK = 1 << 16;

  /** The earliest date that zip can express, so that equal content gives equal files. */
  private static final LocalDateTime DATE = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final Map<String, INDArray> tensors = new LinkedHashMap<>();

  /** An empty file. */
  public NpzWriter() {}

  /**
   * Adds an array.
   *
   * @param array of a floating-point type (not bfloat16), an integer type, or boolean
   * @throws WeightsException if there is one of that name, or NumPy lacks the type
   */
  public NpzWriter tensor(String name, INDArray array) {
    Objects.requireNonNull(name, "name");
    if (ElementType.of(array.dataType()).map(ElementType::numpy).orElse("").isEmpty()) {
      throw new WeightsException(
          SafeText.format("%s cannot be written: NumPy has no type %s", name, array.dataType()));
    }
    if (tensors.putIfAbsent(name, array) != null) {
      throw new WeightsException(SafeText.format("%s cannot be written: the name is taken", name));
    }
    return this;
  }

  /**
   * Writes the file beside its place, forces it to disk and moves it.
   *
   * @throws io.blockwork.io.FileException if it cannot be written
   */
  public void write(Path path) {
    Objects.requireNonNull(path, "path");
    AtomicFile.write(
        path,
        channel -> {
          // Not closed: that would close the channel before it is forced to disk.
          OutputStream bytes = new BufferedOutputStream(Channels.newOutputStream(channel), CHUNK);
          ZipOutputStream zip = new ZipOutputStream(bytes);
          for (Map.Entry<String, INDArray> entry : tensors.entrySet()) {
            write(zip, entry.getKey(), entry.getValue());
          }
          zip.finish();
          bytes.flush();
        });
  }

  private static void write(ZipOutputStream zip, String name, INDArray array) throws IOException {
    byte[] header = header(array);
    NativeValues memory = NativeValues.of(NativeValues.contiguous(array));
    CRC32 crc = new CRC32();
    crc.update(header);
    memory.forEachPiece(crc::update);
    ZipEntry entry = new ZipEntry(name + Npz.SUFFIX);
    entry.setMethod(ZipEntry.STORED);
    entry.setTimeLocal(DATE);
    entry.setSize(header.length + array.length() * array.dataType().width());
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(header);
    byte[] chunk = new byte[CHUNK];
    memory.forEachPiece(
        bytes -> {
          while (bytes.hasRemaining()) {
            int count = Math.min(chunk.length, bytes.remaining());
            bytes.get(chunk, 0, count);
            zip.write(chunk, 0, count);
          }
        });
    zip.closeEntry();
  }

  private static byte[] header(INDArray array) {
    String type = ElementType.of(array.dataType()).orElseThrow().numpy();
    long[] shape = array.shape();
    String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String text =
        SafeText.format(
            "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }",
            type, sizes, shape.length == 1 ? "," : "");
    int start = 10;
    int length = (start + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] header = new byte[length];
    Arrays.fill(header, (byte) ' ');
    header[length - 1] = '\n';
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(Npz.magic())
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) (length - start))
        .put(text.getBytes(StandardCharsets.US_ASCII));
    return header;
  }
}
