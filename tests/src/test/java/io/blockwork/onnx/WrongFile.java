package io.blockwork.onnx;

import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.OperatorSetIdProto;
import io.blockwork.onnx.proto.StringStringEntryProto;
import io.blockwork.onnx.proto.TensorProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What users have where an ONNX file should be, and what they are told about it. */
public enum WrongFile {
  /** A download that was never begun. */
  EMPTY("the file is empty", Remedy.AGAIN) {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, new byte[0]);
    }
  },
  /** A folder of the name. */
  FOLDER("is a folder, where a file was expected", "name a file in it") {
    @Override
    void write(Path file) throws IOException {
      Files.createDirectory(file);
    }
  },
  /** A download that broke off. */
  CUT_OFF(
      "the file is cut off: at byte 4 a part of 114 bytes begins, but only 36 follow",
      Remedy.AGAIN) {
    @Override
    void write(Path file) throws IOException {
      byte[] whole = model("w.bin").toByteArray();
      Files.write(file, Arrays.copyOf(whole, 40));
    }
  },
  /** One that broke off within a number. */
  CUT_WITHIN_A_NUMBER("the file is cut off: it ends within a part, at byte 2", Remedy.AGAIN) {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, new byte[] {8, (byte) 0x80});
    }
  },
  /** A bit that is not what it was. */
  FLIPPED(
      "the file is damaged, or no ONNX file: before byte 1 a field has the wrong type",
      Remedy.AGAIN) {
    @Override
    void write(Path file) throws IOException {
      byte[] bytes = model("w.bin").toByteArray();
      bytes[0] ^= 2;
      Files.write(file, bytes);
    }
  },
  /** Numbers by chance. */
  NOISE("the file is damaged, or no ONNX file: at byte 1 nothing can be made of it", Remedy.AGAIN) {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, new byte[] {7, 1, 2, 3, (byte) 200, 5, 6});
    }
  },
  /** What torch.save writes. */
  TORCH_ARCHIVE(
      "it is no ONNX file, but a ZIP archive, as PyTorch's .pt and .pth and Keras's .keras files are",
      "export the model by torch.onnx.export, by tf2onnx, or unpack it") {
    @Override
    void write(Path file) throws IOException {
      try (var out = new ZipOutputStream(Files.newOutputStream(file))) {
        out.putNextEntry(new ZipEntry("archive/data.pkl"));
        out.write(new byte[100]);
      }
    }
  },
  /** What torch.save wrote before it wrote archives. */
  PICKLE(
      "it is no ONNX file, but a Python pickle, as older .pth files are",
      "export the model by torch.onnx.export") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', (byte) 0xfc});
    }
  },
  /** What Keras wrote. */
  HDF5("it is no ONNX file, but an HDF5 file, as Keras's .h5 are", "convert it by tf2onnx") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n', 0, 0});
    }
  },
  /** Weights alone. */
  SAFETENSORS(
      "it is no ONNX file, but a safetensors file",
      "export the model: that file holds weights without the operations between them") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, "\2\0\0\0\0\0\0\0{\"}".getBytes(StandardCharsets.ISO_8859_1));
    }
  },
  /** A checkout without its large files. */
  LFS_POINTER(
      "it is no ONNX file, but a pointer of Git LFS, and not the file", "run git lfs pull") {
    @Override
    void write(Path file) throws IOException {
      Files.writeString(file, POINTER);
    }
  },
  /** What a server sends instead of a file. */
  WEB_PAGE(
      "it is no ONNX file, but a web page",
      "download the file itself: a link to a page about it, or to a login, leads to no model") {
    @Override
    void write(Path file) throws IOException {
      Files.writeString(file, "\n<!DOCTYPE html>\n<html><title>Größe: 404</title></html>\n");
    }
  },
  /** Anything that can be read. */
  TEXT("it is no ONNX file, but a text", "name the model itself") {
    @Override
    void write(Path file) throws IOException {
      Files.writeString(file, "the model is on the other disk\n");
    }
  },
  /** A packed model. */
  GZIP("it is no ONNX file, but a gzip archive", "unpack it") {
    @Override
    void write(Path file) throws IOException {
      try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
        out.write(model("w.bin").toByteArray());
      }
    }
  },
  /** A model of TensorFlow Lite. */
  LITE("it is no ONNX file, but a TensorFlow Lite model", "convert it by tf2onnx --tflite") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, "\34\0\0\0TFL3\0\0".getBytes(StandardCharsets.ISO_8859_1));
    }
  },
  /** Protobuf of another kind. */
  NO_GRAPH(
      "it is no ONNX file, or a part of one: it holds no graph",
      "export the model to ONNX: tf2onnx does so for TensorFlow's .pb") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, new byte[] {8, 1});
    }
  },
  /** A model whose weights were left behind. */
  WITHOUT_DATA(
      "the tensor w lies in the file w.bin, which is not beside the model",
      "put w.bin into FOLDER") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, model("w.bin").toByteArray());
    }
  },
  /** Weights that were copied in part. */
  SHORT_DATA(
      "the tensor w should lie at bytes 0 to 36 of w.bin, which has 35",
      "copy, download or export the model and w.bin again, both together") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, model("w.bin").toByteArray());
      Files.write(file.resolveSibling("w.bin"), new byte[35]);
    }
  },
  /** Weights that are still in Git LFS. */
  POINTER_TO_DATA(
      "the tensor w should lie in w.bin, which is a pointer of Git LFS, and not the file",
      "run git lfs pull") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, model("w.bin").toByteArray());
      Files.writeString(file.resolveSibling("w.bin"), "version https://git-lfs.github.com\n");
    }
  },
  /** A model that would have another file read. */
  DATA_OUTSIDE(
      "the tensor w lies in ../w.bin, which is not in the model's folder: that is refused, since a"
          + " model must not read other files",
      "export it with its weights in its own folder") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, model("../w.bin").toByteArray());
    }
  },
  /** A name that would clear a terminal. */
  CONTROL_CHARACTERS(
      "the tensor w lies in the file \\u001b[2Jw\\n.bin, which is not beside the model",
      "put \\u001b[2Jw\\n.bin into FOLDER") {
    @Override
    void write(Path file) throws IOException {
      Files.write(file, model("\u001b[2Jw\n.bin").toByteArray());
    }
  };

  private static final String POINTER =
      """
      version https://git-lfs.github.com/spec/v1
      oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
      size 102146823
      """;

  private static final class Remedy {
    static final String AGAIN = "copy, download or export it again";

    private Remedy() {}
  }

  private final String problem;
  private final String remedy;

  WrongFile(String problem, String remedy) {
    this.problem = problem;
    this.remedy = remedy;
  }

  /** Puts it where the model should be. */
  abstract void write(Path file) throws IOException;

  /** Puts it into a folder that is made, and returns the model's path. */
  public Path in(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve("model.onnx");
    write(file);
    return file;
  }

  /** What is wrong, as it is told. */
  public String problem() {
    return problem;
  }

  /** What helps, as it is told of a model in a folder. */
  public String remedy(Path folder) {
    return remedy.replace("FOLDER", folder.toString());
  }

  private static ValueInfoProto value(String name) {
    var dims = TensorShapeProto.newBuilder();
    for (long size : new long[] {1, 3, 2, 2}) {
      dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    var tensor = TypeProto.Tensor.newBuilder().setElemType(1).setShape(dims);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** A convolution whose weights lie in another file. */
  private static ModelProto model(String data) {
    var weights =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(1)
            .addAllDims(List.of(3L, 3L, 1L, 1L))
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(data));
    var conv = NodeProto.newBuilder().setOpType("Conv").addInput("x").addInput("w").addOutput("y");
    var graph =
        GraphProto.newBuilder()
            .setName("g")
            .addInput(value("x"))
            .addOutput(value("y"))
            .addInitializer(weights)
            .addNode(conv);
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build();
  }
}
