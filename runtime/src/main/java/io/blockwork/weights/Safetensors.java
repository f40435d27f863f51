package io.blockwork.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads safetensors: eight bytes of header length, a JSON header of name, type, shape and offsets,
 * then the values. As the format's own reader does, it demands that the tensors cover the rest of
 * the file without gaps or overlaps.
 */
final class Safetensors {
  /** Prefix of the tensors that are kept beside a model's: see {@link SafetensorsWriter#extra}. */
  static final String EXTRA = "extra/";

  /** The format permits 100 MB; the header of a thousand tensors has a tenth of one. */
  private static final long MAX_HEADER = 1L << 24;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final SourceFile file;
  private final long dataStart;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<Extent> extents = new ArrayList<>();

  private record Extent(String name, long from, long to) {}

  private Safetensors(SourceFile file, long dataStart) {
    this.file = file;
    this.dataStart = dataStart;
  }

  /** Whether the file starts like one. */
  static boolean matches(SourceFile file) {
    if (file.size() < 10) {
      return false;
    }
    ByteBuffer start = file.bytes(0, 9);
    return start.get(8) == '{' && start.getLong(0) > 0 && start.getLong(0) < 1L << 40;
  }

  static Content read(SourceFile file) {
    long length = file.bytes(0, 8).getLong();
    if (length > file.size() - 8) {
      throw file.problem(
          "the header claims %d bytes, but the file has only %d: it is cut short or damaged",
          length, file.size());
    }
    if (length > MAX_HEADER) {
      throw file.problem("a header of %d bytes is more than %d", length, MAX_HEADER);
    }
    Safetensors reader = new Safetensors(file, 8 + length);
    try (JsonParser json = JSON.createParser(file.bytes(8, (int) length).array())) {
      reader.header(json);
    } catch (IOException e) {
      throw file.problem(e, "the header is not the JSON of safetensors (%s)", e);
    }
    reader.checkCover();
    Map<String, StoredTensor> model = new LinkedHashMap<>(reader.tensors);
    model.keySet().removeIf(name -> name.startsWith(EXTRA));
    return new Content(WeightFormat.SAFETENSORS, model, reader.tensors, reader.metadata);
  }

  private void header(JsonParser json) throws IOException {
    expect(json, json.nextToken(), JsonToken.START_OBJECT);
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      expect(json, json.nextToken(), JsonToken.START_OBJECT);
      if (name.equals("__metadata__")) {
        metadata(json);
      } else {
        tensor(json, name);
      }
    }
    if (json.nextToken() != null) {
      throw file.problem("the header goes on after its JSON object");
    }
  }

  private void metadata(JsonParser json) throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      expect(json, json.nextToken(), JsonToken.VALUE_STRING);
      metadata.put(key, json.getText());
    }
  }

  private void tensor(JsonParser json, String name) throws IOException {
    String type = "";
    long[] shape = {};
    long[] offsets = {};
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "dtype" -> {
          expect(json, value, JsonToken.VALUE_STRING);
          type = json.getText();
        }
        case "shape" -> shape = numbers(json);
        case "data_offsets" -> offsets = numbers(json);
        default -> throw file.problem("%s has an unknown field %s", name, field);
      }
    }
    if (offsets.length != 2
        || offsets[0] < 0
        || offsets[1] < offsets[0]
        || offsets[1] > file.size() - dataStart) {
      throw file.problem(
          "%s has the data_offsets %s in %d bytes of values",
          name, Arrays.toString(offsets), file.size() - dataStart);
    }
    String stated = type;
    ElementType element =
        ElementType.ofSafetensors(type)
            .orElseThrow(() -> file.problem("%s has the unknown number type %s", name, stated));
    Region region = new PlainRegion(file, dataStart + offsets[0], offsets[1] - offsets[0]);
    StoredTensor tensor =
        new StoredTensor(file, name, element, shape, rowMajor(name, shape), 0, region);
    if (tensor.elements() * element.bytes() != region.length()) {
      throw file.problem(
          "%s has %d bytes for %d values of %s", name, region.length(), tensor.elements(), type);
    }
    tensors.put(name, tensor);
    extents.add(new Extent(name, offsets[0], offsets[1]));
  }

  private long[] rowMajor(String name, long[] shape) {
    try {
      return StoredTensor.rowMajor(shape);
    } catch (ArithmeticException e) {
      throw file.problem(e, "%s has an impossible shape", name);
    }
  }

  private long[] numbers(JsonParser json) throws IOException {
    expect(json, json.currentToken(), JsonToken.START_ARRAY);
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json, json.currentToken(), JsonToken.VALUE_NUMBER_INT);
      numbers.add(json.getLongValue());
    }
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private void expect(JsonParser json, JsonToken token, JsonToken expected) {
    if (token != expected) {
      throw file.problem(
          "the header has %s where %s belongs, at byte %d",
          token, expected, json.currentTokenLocation().getByteOffset());
    }
  }

  private void checkCover() {
    extents.sort(Comparator.comparingLong(Extent::from).thenComparingLong(Extent::to));
    long end = 0;
    for (Extent extent : extents) {
      if (extent.from() != end) {
        throw file.problem(
            "%s starts at byte %d of the values, but the tensor before it ends at %d",
            extent.name(), extent.from(), end);
      }
      end = extent.to();
    }
    if (end != file.size() - dataStart) {
      throw file.problem(
          "the tensors cover %d of %d bytes of values", end, file.size() - dataStart);
    }
  }
}
