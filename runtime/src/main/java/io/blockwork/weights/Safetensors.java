package io.blockwork.weights;

import com.fasterxml.jackson.core.JacksonException;
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

  /** The format permits 100 MB; the header of a thousand tensors has about 100 KB. */
  private static final long MAX_HEADER = 1L << 24;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final SourceFile file;
  private final long dataStart;
  private final Budget budget;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<Extent> extents = new ArrayList<>();

  private record Extent(String name, long from, long to) {}

  private Safetensors(SourceFile file, long dataStart) {
    this.file = file;
    this.dataStart = dataStart;
    this.budget = new Budget(file);
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
          "is cut short or damaged: its header has %d bytes, but the file only %d",
          length, file.size());
    }
    if (length > MAX_HEADER) {
      throw file.problem(
          "has a header of %d bytes; at most %d are read, many times what weights need",
          length, MAX_HEADER);
    }
    Safetensors reader = new Safetensors(file, 8 + length);
    try (JsonParser json = JSON.createParser(file.bytes(8, (int) length).array())) {
      reader.header(json);
    } catch (IOException e) {
      throw file.problem(
          e,
          "is damaged: its header is not the JSON of safetensors (%s)",
          e instanceof JacksonException json ? json.getOriginalMessage() : e);
    }
    reader.checkCover();
    return Content.flat(WeightFormat.SAFETENSORS, reader.tensors, reader.metadata);
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
      throw file.problem("is damaged: its header goes on after the JSON object");
    }
  }

  private void metadata(JsonParser json) throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      expect(json, json.nextToken(), JsonToken.VALUE_STRING);
      budget.name(key);
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
        default ->
            throw file.problem(
                "is damaged: the header has an unknown field %s for %s", field, name);
      }
    }
    if (offsets.length != 2 || offsets[0] < 0 || offsets[1] < offsets[0]) {
      throw file.problem(
          "is damaged: %s has the impossible data_offsets %s", name, Arrays.toString(offsets));
    }
    if (offsets[1] > file.size() - dataStart) {
      throw file.problem(
          "is cut short or damaged: the data_offsets of %s end at byte %d of the values, of which the"
              + " file has only %d bytes; copy or download it again",
          name, offsets[1], file.size() - dataStart);
    }
    String stated = type;
    StoredType element =
        ElementType.ofSafetensors(type)
            .map(StoredType::of)
            .orElseGet(() -> StoredType.unknown(stated));
    budget.tensor(name);
    Region region = new PlainRegion(file, dataStart + offsets[0], offsets[1] - offsets[0]);
    StoredTensor tensor =
        new StoredTensor(file, name, element, shape, rowMajor(name, shape), 0, region);
    boolean known = tensor.obstacle().isEmpty();
    if (known && tensor.elements() * element.bytes() != region.length()) {
      throw file.problem(
          "is damaged: %s has %d bytes for %d values of %s",
          name, region.length(), tensor.elements(), type);
    }
    tensors.put(name, tensor);
    extents.add(new Extent(name, offsets[0], offsets[1]));
  }

  private long[] rowMajor(String name, long[] shape) {
    try {
      return StoredTensor.rowMajor(shape);
    } catch (ArithmeticException e) {
      throw file.problem(e, "is damaged: %s has an impossible shape", name);
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
          "is damaged: its header has %s instead of %s at byte %d",
          token, expected, json.currentTokenLocation().getByteOffset());
    }
  }

  private void checkCover() {
    extents.sort(Comparator.comparingLong(Extent::from).thenComparingLong(Extent::to));
    long end = 0;
    for (Extent extent : extents) {
      if (extent.from() != end) {
        throw file.problem(
            "is damaged: %s starts at byte %d of the values, but the tensor before it ends at %d",
            extent.name(), extent.from(), end);
      }
      end = extent.to();
    }
    if (end != file.size() - dataStart) {
      throw file.problem(
          "is damaged: its tensors cover %d of %d bytes of values", end, file.size() - dataStart);
    }
  }
}
