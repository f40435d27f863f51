package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.CodedOutputStream;
import com.sun.management.ThreadMXBean;
import io.blockwork.graph.StateDict;
import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.OperatorSetIdProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import io.blockwork.processor.onnx.OnnxSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reading a large model costs the compiler. */
class LargeModelsTest {
  private static final int CHANNELS = 5000;
  private static final long WEIGHTS = 4L * CHANNELS * CHANNELS;
  private static final long MEGABYTE = 1 << 20;

  @TempDir private Path folder;

  private static ValueInfoProto value(String name) {
    var dims = TensorShapeProto.newBuilder();
    for (long size : new long[] {1, CHANNELS, 1, 1}) {
      dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    var tensor = TypeProto.Tensor.newBuilder().setElemType(1).setShape(dims);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** Bytes, behind them the beginning of a field of so many others that are written elsewhere. */
  private static byte[] before(byte[] first, int field, long length) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.write(first);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeTag(field, 2);
    out.writeUInt32NoTag((int) length);
    out.flush();
    return bytes.toByteArray();
  }

  /** A model of a hundred megabytes of weights, of which the file holds no more than the length. */
  private void write(Path file) throws IOException {
    var tensor = TensorProto.newBuilder().setName("w").setDataType(1);
    tensor.addDims(CHANNELS).addDims(CHANNELS).addDims(1).addDims(1);
    byte[] weights =
        before(tensor.build().toByteArray(), TensorProto.RAW_DATA_FIELD_NUMBER, WEIGHTS);
    var conv = NodeProto.newBuilder().setOpType("Conv").addInput("x").addInput("w").addOutput("y");
    var nodes = GraphProto.newBuilder().setName("g").addInput(value("x")).addOutput(value("y"));
    byte[] graph =
        before(
            nodes.addNode(conv).build().toByteArray(),
            GraphProto.INITIALIZER_FIELD_NUMBER,
            weights.length + WEIGHTS);
    var model = ModelProto.newBuilder().setIrVersion(8);
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17));
    byte[] head =
        before(
            model.build().toByteArray(),
            ModelProto.GRAPH_FIELD_NUMBER,
            graph.length + weights.length + WEIGHTS);
    try (var out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(head);
      out.write(graph);
      out.write(weights);
      out.setLength(out.getFilePointer() + WEIGHTS);
    }
  }

  @Test
  void weightsAreNeverInTheCompilersMemory() throws Exception {
    assumeTrue(
        ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean
            && bean.isThreadAllocatedMemorySupported(),
        "this Java does not tell what a thread allocates");
    Path file = folder.resolve("large.onnx");
    write(file);
    assertThat(Files.size(file)).isGreaterThan(WEIGHTS);
    Path copy = folder.resolve("large.safetensors");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // Once without counting, for what is loaded and kept.
    copy(file, copy);
    long before = threads.getCurrentThreadAllocatedBytes();
    Map<String, String> digests = copy(file, copy);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(digests.keySet()).containsExactly("large.onnx");
    assertThat(Files.size(copy)).isGreaterThan(WEIGHTS);
    assertThat(allocated).isLessThan(4 * MEGABYTE);
  }

  /** What the processor does with a model. */
  private Map<String, String> copy(Path file, Path copy) throws Exception {
    OnnxSource source =
        OnnxSource.read(
            String.valueOf(file.getFileName()),
            Optional.of(folder.toString()),
            copy.toUri(),
            Optional.empty());
    try (OutputStream out = Files.newOutputStream(copy)) {
      source.writeWeights(StateDict.of(source.graph()), out);
    }
    return source.digests();
  }
}
