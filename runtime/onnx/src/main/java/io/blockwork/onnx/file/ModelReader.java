package io.blockwork.onnx.file;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.blockwork.io.FileProblem;
import io.blockwork.onnx.proto.AttributeProto;
import io.blockwork.onnx.proto.FunctionProto;
import io.blockwork.onnx.proto.GraphProto;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.onnx.proto.OperatorSetIdProto;
import io.blockwork.onnx.proto.StringStringEntryProto;
import io.blockwork.onnx.proto.TensorShapeProto;
import io.blockwork.onnx.proto.TypeProto;
import io.blockwork.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Reads a model. The file is gone through once; of its weights only the places are kept, and all
 * else is counted against a budget before it is taken into memory.
 */
public final class ModelReader {
  private static final int BUFFER = 1 << 14;
  private static final int DEEPEST = 16;

  private final Bytes bytes;
  private final ExternalFiles external;
  private final Message message;

  private final Map<String, Long> domains = new TreeMap<>();
  private final Map<String, String> metadata = new TreeMap<>();
  private final List<String> functions = new ArrayList<>();
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Map<String, OnnxTensor> initializers = new LinkedHashMap<>();
  private final List<OnnxValue> inputs = new ArrayList<>();
  private final List<OnnxValue> outputs = new ArrayList<>();
  private long irVersion;
  private String producer = "";
  private String producerVersion = "";
  private String graphName = "";
  private int graphs;
  private int depth;

  private ModelReader(Bytes bytes, ExternalFiles external, Message message) {
    this.bytes = bytes;
    this.external = external;
    this.message = message;
  }

  /**
   * Reads a model from a file. Weights in files beside it are found there.
   *
   * @throws OnnxException if it cannot be read, is damaged or is no model
   */
  public static OnnxModel read(Path path) {
    try {
      if (!Files.isRegularFile(path)) {
        if (Files.exists(path) && !Files.isDirectory(path)) {
          throw new OnnxException("is a device or a pipe, where a file was expected")
              .remedy("name a file");
        }
        throw new NoSuchFileException(String.valueOf(path));
      }
      Path parent = path.toAbsolutePath().getParent();
      return read(Bytes.of(path), Optional.ofNullable(parent));
    } catch (IOException e) {
      String remedy =
          Files.isDirectory(path)
              ? "name a file in it"
              : Files.exists(path) ? "then try again" : "put it there, or correct the path";
      throw new OnnxException(e, "%s", FileProblem.reading(path, e)).remedy(remedy);
    }
  }

  /**
   * Reads a model that has no weights in other files.
   *
   * @throws OnnxException if it is damaged or is no model
   */
  public static OnnxModel read(Bytes bytes) {
    return read(bytes, Optional.empty());
  }

  /**
   * Reads a file that holds one tensor, as those of ONNX's own tests.
   *
   * @throws OnnxException if it is damaged
   */
  public static OnnxTensor tensor(Bytes bytes) {
    return reading(
        bytes,
        Optional.empty(),
        reader -> TensorReader.whole(reader.message, bytes, reader.external));
  }

  private static OnnxModel read(Bytes bytes, Optional<Path> folder) {
    return reading(
        bytes,
        folder,
        reader -> {
          reader.message.fields(reader::model);
          return reader.done();
        });
  }

  private interface Work<T> {
    T apply(ModelReader reader) throws IOException;
  }

  private static <T> T reading(Bytes bytes, Optional<Path> folder, Work<T> work) {
    if (bytes.size() == 0) {
      throw OnnxException.damaged("the file is empty");
    }
    if (bytes.size() > Integer.MAX_VALUE) {
      throw new OnnxException(
              "the file has %d bytes, and no ONNX file may have 2 GB or more", bytes.size())
          .remedy("export it with external data, which may be larger");
    }
    try (InputStream stream = bytes.from(0)) {
      CodedInputStream in = CodedInputStream.newInstance(stream, BUFFER);
      in.pushLimit((int) bytes.size());
      Message message = new Message(in, bytes.size(), new Budget());
      try {
        return work.apply(new ModelReader(bytes, new ExternalFiles(folder), message));
      } catch (InvalidProtocolBufferException e) {
        throw message.damaged(e);
      }
    } catch (OnnxException e) {
      Optional<Format> other = Format.of(bytes);
      throw other.isEmpty()
          ? e
          : new OnnxException(e, "it is no ONNX file, but %s", other.get().name())
              .remedy("%s", other.get().remedy());
    } catch (IOException e) {
      throw new OnnxException(e, "cannot be read (%s)", FileProblem.reason(e));
    }
  }

  private boolean model(int number) throws IOException {
    switch (number) {
      case ModelProto.IR_VERSION_FIELD_NUMBER -> irVersion = message.integer();
      case ModelProto.PRODUCER_NAME_FIELD_NUMBER -> producer = message.text();
      case ModelProto.PRODUCER_VERSION_FIELD_NUMBER -> producerVersion = message.text();
      case ModelProto.OPSET_IMPORT_FIELD_NUMBER -> opset();
      case ModelProto.METADATA_PROPS_FIELD_NUMBER -> entry(message, metadata);
      case ModelProto.FUNCTIONS_FIELD_NUMBER -> function();
      case ModelProto.GRAPH_FIELD_NUMBER -> {
        graphs++;
        message.nested(this::graph);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void opset() throws IOException {
    String[] domain = {""};
    long[] version = {0};
    message.budget().take(64);
    message.nested(
        number -> {
          if (number == OperatorSetIdProto.DOMAIN_FIELD_NUMBER) {
            domain[0] = message.text();
          } else if (number == OperatorSetIdProto.VERSION_FIELD_NUMBER) {
            version[0] = message.integer();
          } else {
            return false;
          }
          return true;
        });
    domains.merge(domain(domain[0]), version[0], Math::max);
  }

  /** ONNX's own operators have two names for their domain. */
  private static String domain(String name) {
    return name.equals("ai.onnx") ? "" : name;
  }

  private void function() throws IOException {
    String[] name = {"", ""};
    message.budget().take(64);
    message.nested(
        number -> {
          if (number == FunctionProto.NAME_FIELD_NUMBER) {
            name[1] = message.text();
          } else if (number == FunctionProto.DOMAIN_FIELD_NUMBER) {
            name[0] = message.text();
          } else {
            return false;
          }
          return true;
        });
    functions.add(name[0] + ":" + name[1]);
  }

  /** Reads an entry of a map of texts. */
  static void entry(Message message, Map<String, String> into) throws IOException {
    String[] entry = {"", ""};
    message.budget().take(64);
    message.nested(
        number -> {
          if (number == StringStringEntryProto.KEY_FIELD_NUMBER) {
            entry[0] = message.text();
          } else if (number == StringStringEntryProto.VALUE_FIELD_NUMBER) {
            entry[1] = message.text();
          } else {
            return false;
          }
          return true;
        });
    into.put(entry[0], entry[1]);
  }

  private boolean graph(int number) throws IOException {
    switch (number) {
      case GraphProto.NODE_FIELD_NUMBER -> nodes.add(node());
      case GraphProto.NAME_FIELD_NUMBER -> graphName = message.text();
      case GraphProto.INITIALIZER_FIELD_NUMBER -> {
        OnnxTensor tensor = TensorReader.read(message, bytes, external, "without a name");
        if (initializers.put(tensor.name(), tensor) != null) {
          throw OnnxException.damaged("two constants are called %s", tensor.name());
        }
      }
      case GraphProto.SPARSE_INITIALIZER_FIELD_NUMBER ->
          throw new OnnxException("the model has sparse constants, which are not supported");
      case GraphProto.INPUT_FIELD_NUMBER -> inputs.add(value());
      case GraphProto.OUTPUT_FIELD_NUMBER -> outputs.add(value());
      default -> {
        return false;
      }
    }
    return true;
  }

  private OnnxNode node() throws IOException {
    String[] text = {"", "", ""};
    List<String> reads = new ArrayList<>();
    List<String> makes = new ArrayList<>();
    Map<String, OnnxAttribute> attributes = new HashMap<>();
    Map<String, String> notes = new HashMap<>();
    message.budget().take(400);
    message.nested(
        number -> {
          switch (number) {
            case NodeProto.INPUT_FIELD_NUMBER -> reads.add(message.text());
            case NodeProto.OUTPUT_FIELD_NUMBER -> makes.add(message.text());
            case NodeProto.NAME_FIELD_NUMBER -> text[0] = message.text();
            case NodeProto.OP_TYPE_FIELD_NUMBER -> text[1] = message.text();
            case NodeProto.DOMAIN_FIELD_NUMBER -> text[2] = message.text();
            case NodeProto.ATTRIBUTE_FIELD_NUMBER -> attribute(attributes);
            case NodeProto.METADATA_PROPS_FIELD_NUMBER -> entry(message, notes);
            default -> {
              return false;
            }
          }
          return true;
        });
    return new OnnxNode(text[0], text[1], domain(text[2]), reads, makes, attributes, notes);
  }

  /** One attribute, which is of the kind that its fields say: some old files do not name it. */
  private void attribute(Map<String, OnnxAttribute> into) throws IOException {
    String[] name = {""};
    List<OnnxAttribute> single = new ArrayList<>();
    List<Float> reals = new ArrayList<>();
    List<Long> ints = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    long[] type = {0};
    message.budget().take(200);
    if (++depth > DEEPEST) {
      throw OnnxException.damaged("the file is damaged: attributes are nested too deeply");
    }
    message.nested(
        number -> {
          switch (number) {
            case AttributeProto.NAME_FIELD_NUMBER -> name[0] = message.text();
            case AttributeProto.TYPE_FIELD_NUMBER -> type[0] = message.integer();
            case AttributeProto.F_FIELD_NUMBER ->
                single.add(new OnnxAttribute.Real(message.real()));
            case AttributeProto.I_FIELD_NUMBER ->
                single.add(new OnnxAttribute.Int(message.integer()));
            case AttributeProto.S_FIELD_NUMBER ->
                single.add(new OnnxAttribute.Text(message.text()));
            case AttributeProto.T_FIELD_NUMBER ->
                single.add(
                    new OnnxAttribute.Tensor(
                        TensorReader.read(message, bytes, external, "of an attribute")));
            case AttributeProto.FLOATS_FIELD_NUMBER ->
                message.numbers(
                    WireFormat.WIRETYPE_FIXED32, n -> reals.add(message.in().readFloat()));
            case AttributeProto.INTS_FIELD_NUMBER ->
                message.numbers(
                    WireFormat.WIRETYPE_VARINT, n -> ints.add(message.in().readInt64()));
            case AttributeProto.STRINGS_FIELD_NUMBER -> texts.add(message.text());
            case AttributeProto.G_FIELD_NUMBER,
                AttributeProto.GRAPHS_FIELD_NUMBER,
                AttributeProto.TENSORS_FIELD_NUMBER,
                AttributeProto.SPARSE_TENSOR_FIELD_NUMBER,
                AttributeProto.REF_ATTR_NAME_FIELD_NUMBER -> {
              single.add(new OnnxAttribute.Other("graph"));
              return false;
            }
            default -> {
              return false;
            }
          }
          return true;
        });
    depth--;
    into.put(name[0], attribute((int) type[0], single, reals, ints, texts));
  }

  private static OnnxAttribute attribute(
      int type,
      List<OnnxAttribute> single,
      List<Float> reals,
      List<Long> ints,
      List<String> texts) {
    if (!reals.isEmpty() || type == AttributeProto.AttributeType.FLOATS_VALUE) {
      return new OnnxAttribute.Reals(List.copyOf(reals));
    } else if (!ints.isEmpty() || type == AttributeProto.AttributeType.INTS_VALUE) {
      return new OnnxAttribute.Ints(List.copyOf(ints));
    } else if (!texts.isEmpty() || type == AttributeProto.AttributeType.STRINGS_VALUE) {
      return new OnnxAttribute.Texts(List.copyOf(texts));
    } else if (single.isEmpty()) {
      // A default value need not be written down.
      return switch (type) {
        case AttributeProto.AttributeType.FLOAT_VALUE -> new OnnxAttribute.Real(0);
        case AttributeProto.AttributeType.INT_VALUE -> new OnnxAttribute.Int(0);
        case AttributeProto.AttributeType.STRING_VALUE -> new OnnxAttribute.Text("");
        default -> new OnnxAttribute.Other("nothing");
      };
    }
    return single.get(single.size() - 1);
  }

  private OnnxValue value() throws IOException {
    String[] name = {""};
    int[] type = {0};
    boolean[] shaped = {false};
    List<OptionalInt> shape = new ArrayList<>();
    message.budget().take(200);
    message.nested(
        number -> {
          if (number == ValueInfoProto.NAME_FIELD_NUMBER) {
            name[0] = message.text();
          } else if (number == ValueInfoProto.TYPE_FIELD_NUMBER) {
            message.nested(
                kind -> {
                  if (kind != TypeProto.TENSOR_TYPE_FIELD_NUMBER) {
                    return false;
                  }
                  message.nested(
                      field -> {
                        if (field == TypeProto.Tensor.ELEM_TYPE_FIELD_NUMBER) {
                          type[0] = (int) message.integer();
                        } else if (field == TypeProto.Tensor.SHAPE_FIELD_NUMBER) {
                          shaped[0] = true;
                          message.nested(dim -> dim(dim, shape));
                        } else {
                          return false;
                        }
                        return true;
                      });
                  return true;
                });
          } else {
            return false;
          }
          return true;
        });
    return new OnnxValue(name[0], type[0], shaped[0], shape);
  }

  private boolean dim(int number, List<OptionalInt> shape) throws IOException {
    if (number != TensorShapeProto.DIM_FIELD_NUMBER) {
      return false;
    }
    OptionalInt[] size = {OptionalInt.empty()};
    message.budget().take(32);
    message.nested(
        field -> {
          if (field != TensorShapeProto.Dimension.DIM_VALUE_FIELD_NUMBER) {
            return false;
          }
          long value = message.integer();
          // Some tools write -1 or 0 for what they do not know.
          size[0] =
              value > 0 && value <= Integer.MAX_VALUE
                  ? OptionalInt.of((int) value)
                  : OptionalInt.empty();
          if (value > Integer.MAX_VALUE) {
            throw OnnxException.damaged("an input or output has a size of %d", value);
          }
          return true;
        });
    shape.add(size[0]);
    return true;
  }

  private OnnxModel done() {
    if (graphs != 1) {
      throw graphs == 0
          ? new OnnxException("it is no ONNX file, or a part of one: it holds no graph")
              .remedy("export the model to ONNX: tf2onnx does so for TensorFlow's .pb")
          : OnnxException.damaged("the file is damaged: it holds several graphs");
    }
    Long opset = domains.get("");
    if (opset == null) {
      throw OnnxException.damaged(
          "the file is damaged: it does not say which version of ONNX's operators it uses");
    }
    List<OnnxValue> real =
        inputs.stream().filter(input -> !initializers.containsKey(input.name())).toList();
    String tool = (producer + " " + producerVersion).strip();
    return new OnnxModel(
        irVersion,
        (int) Math.max(0, Math.min(Integer.MAX_VALUE, opset)),
        domains,
        tool,
        metadata,
        functions,
        graphName,
        nodes,
        initializers,
        real,
        outputs,
        external.names());
  }
}
