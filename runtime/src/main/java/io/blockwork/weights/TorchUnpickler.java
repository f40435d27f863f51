package io.blockwork.weights;

import io.blockwork.io.SafeText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;
import org.jspecify.annotations.Nullable;

/**
 * Interprets the pickles of PyTorch, as data.
 *
 * <p>Only the instructions that {@code torch.save} writes are interpreted, only the names in {@link
 * TorchGlobals} resolved, and no length is believed before it is held against the file. The rest of
 * pickle's instruction set, which exists to build arbitrary objects, is refused.
 */
final class TorchUnpickler extends Unpickler {
  /** Longer keys name nothing, and repeated in every path they would cost memory. */
  private static final int MAX_TEXT = 1 << 16;

  private final SourceFile file;
  private final PickleInput source;
  private final Map<String, TorchStorage> storages;
  private final Budget budget;

  private TorchUnpickler(
      SourceFile file, PickleInput source, Map<String, TorchStorage> storages, Budget budget) {
    this.file = file;
    this.source = source;
    this.storages = storages;
    this.budget = budget;
  }

  /**
   * Reads one pickle and leaves the source behind it.
   *
   * @param storages takes the storages that the pickle refers to, by key
   * @param budget accounts for the values that the pickle makes
   * @return Java's counterparts: maps, lists, {@code Object[]} for tuples, strings, numbers, {@link
   *     TorchTensor}; empty for {@code None}
   */
  static Optional<Object> read(
      SourceFile file, PickleInput source, Map<String, TorchStorage> storages, Budget budget) {
    try {
      return Optional.ofNullable(new TorchUnpickler(file, source, storages, budget).load(source));
    } catch (WeightsException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The interpreter meets a damaged pickle with whatever exception comes: all mean the same.
      throw file.problem(
          e, "has a pickle that is damaged near byte %d (%s)", source.position(), e.toString());
    }
  }

  @Override
  protected Object dispatch(short opcode) throws IOException {
    budget.values(cost(opcode));
    switch (opcode) {
      case Opcodes.GLOBAL -> global(line(), line());
      case Opcodes.STACK_GLOBAL -> {
        Object name = stack.pop();
        global((String) stack.pop(), (String) name);
      }
      case Opcodes.BINUNICODE, Opcodes.BINSTRING -> stack.add(text(integer()));
      case Opcodes.SHORT_BINUNICODE, Opcodes.SHORT_BINSTRING -> stack.add(text(oneByte()));
      case Opcodes.BINUNICODE8 -> stack.add(text(longLength()));
      case Opcodes.BINBYTES -> pythonBytes(integer());
      case Opcodes.SHORT_BINBYTES -> pythonBytes(oneByte());
      case Opcodes.BINBYTES8, Opcodes.BYTEARRAY8 -> pythonBytes(longLength());
      case Opcodes.LONG1 -> stack.add(PickleUtils.decode_long(bytes(oneByte())));
      case Opcodes.LONG4 -> stack.add(PickleUtils.decode_long(bytes(integer())));
      case Opcodes.FRAME -> bytes(Long.BYTES);
      // Dictionaries in the file's order: the library's own forget it.
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
      case Opcodes.DICT -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        putAll(map, stack.pop_all_since_marker());
        stack.add(map);
      }
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        Object key = stack.pop();
        putAll(stack.peek(), Arrays.asList(key, value));
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        putAll(stack.peek(), items);
      }
      // Sets as lists: their order and duplicates mean nothing here, and hashing could be abused.
      case Opcodes.EMPTY_SET -> stack.add(new ArrayList<>());
      case Opcodes.ADDITEMS -> super.dispatch(Opcodes.APPENDS);
      case Opcodes.FROZENSET -> stack.add(stack.pop_all_since_marker());
      case Opcodes.BUILD -> build();
      case Opcodes.REDUCE, Opcodes.NEWOBJ -> {
        Object[] args = (Object[]) stack.pop();
        budget.values(copied(args));
        stack.add(((IObjectConstructor) stack.pop()).construct(args));
      }
      case Opcodes.PROTO,
          Opcodes.STOP,
          Opcodes.MARK,
          Opcodes.POP,
          Opcodes.POP_MARK,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.BINFLOAT,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.EMPTY_LIST,
          Opcodes.APPEND,
          Opcodes.APPENDS,
          Opcodes.BINPERSID,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET -> {
        return super.dispatch(opcode);
      }
      default ->
          throw new PickleException(
              SafeText.format("the pickle instruction 0x%02x does not occur in weights", opcode));
    }
    return NO_RETURN_VALUE;
  }

  /** What an instruction costs: about one for each 40 bytes that it takes. */
  private static long cost(short opcode) {
    return switch (opcode) {
      case Opcodes.EMPTY_DICT, Opcodes.DICT, Opcodes.REDUCE, Opcodes.NEWOBJ -> 4;
      case Opcodes.EMPTY_LIST, Opcodes.EMPTY_SET, Opcodes.FROZENSET -> 2;
      default -> 1;
    };
  }

  /** Values that a call copies: a pickle can have the same dictionary copied again and again. */
  private static long copied(Object[] args) {
    long count = 0;
    for (Object argument : args) {
      count += argument instanceof Map<?, ?> map ? map.size() : 0;
      count += argument instanceof List<?> list ? list.size() : 0;
    }
    return count;
  }

  private void global(String module, String name) {
    stack.add(
        TorchGlobals.find(module, name)
            .orElseThrow(
                () ->
                    file.problem(
                        "was refused: its pickle asks Python for %s.%s, which weights do not need"
                            + " and which could run code; nothing was run. If you trust the file,"
                            + " load it in Python and save model.state_dict() alone",
                        SafeText.excerpt(module), SafeText.excerpt(name))));
  }

  @Override
  protected Object persistentLoad(Object pid) {
    Object[] id = (Object[]) pid;
    if (id.length < 5 || !"storage".equals(id[0])) {
      throw new PickleException("a persistent id that is not a storage");
    }
    if (id.length > 5 && id[5] != null) {
      throw new PickleException("a storage that is a view of another, from before PyTorch 0.4");
    }
    TorchGlobals.StorageType type = (TorchGlobals.StorageType) id[1];
    TorchStorage storage =
        new TorchStorage((String) id[2], type.type(), ((Number) id[4]).longValue());
    TorchStorage known = storages.putIfAbsent(storage.key(), storage);
    if (known != null && known.bytes() != storage.bytes()) {
      throw new PickleException(SafeText.format("storage %s with two lengths", storage.key()));
    }
    return storage;
  }

  /** BUILD sets attributes, such as a state_dict's {@code _metadata}: a mapping's are left out. */
  private void build() {
    Object state = stack.pop();
    if (stack.peek() instanceof TorchTensor) {
      return;
    }
    if (!(stack.peek() instanceof Map<?, ?> target)) {
      throw new PickleException("attributes for something that has none");
    }
    if (target.isEmpty() && state instanceof Map<?, ?> attributes) {
      budget.values(attributes.size());
      List<Object> items = new ArrayList<>();
      attributes.forEach((key, value) -> Collections.addAll(items, key, value));
      putAll(target, items);
    }
  }

  private static void putAll(Object dictionary, List<Object> items) {
    @SuppressWarnings("unchecked") // what the pickle built as a dictionary is one of these
    Map<Object, Object> map = (Map<Object, Object>) dictionary;
    for (int i = 0; i < items.size(); i += 2) {
      map.put(key(items.get(i)), items.get(i + 1));
    }
  }

  /** A dictionary's key: text or a number, whose hash costs nothing; others by their text. */
  static Object key(@Nullable Object key) {
    if (key instanceof Object[] tuple) {
      // Only flat ones: a pickle can hold a tuple within itself twice, and again.
      return new Key(
          Arrays.stream(tuple)
              .map(part -> part instanceof Object[] ? "(...)" : String.valueOf(simple(part)))
              .collect(Collectors.joining(", ", "(", ")")));
    }
    return simple(key);
  }

  private static Object simple(@Nullable Object key) {
    if (key instanceof String || key instanceof Number || key instanceof Boolean) {
      return key;
    }
    if (key == null) {
      return new Key("None");
    }
    if (key instanceof StoredType type) {
      return new Key(type.name());
    }
    if (key instanceof TorchGlobals.Inert || key instanceof TorchGlobals.Bytes) {
      return new Key(key.toString());
    }
    throw new PickleException("a dictionary's key that is a container or a tensor");
  }

  /** A key that is neither text nor a number. */
  private record Key(String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  private int oneByte() throws IOException {
    return PickleUtils.readbyte(input);
  }

  private int integer() throws IOException {
    return PickleUtils.bytes_to_integer(bytes(Integer.BYTES));
  }

  private byte[] bytes(int length) throws IOException {
    if (length < 0 || length > source.left()) {
      throw new PickleException(
          SafeText.format("%d bytes where only %d remain", length, source.left()));
    }
    return PickleUtils.readbytes(input, length);
  }

  /** Bytes are passed over: nothing in weights depends on their content. */
  private void pythonBytes(int length) throws IOException {
    bytes(length);
    stack.add(TorchGlobals.Bytes.BYTES);
  }

  private int longLength() throws IOException {
    long length = PickleUtils.bytes_to_long(bytes(Long.BYTES), 0);
    return length < 0 || length > Integer.MAX_VALUE ? -1 : (int) length;
  }

  private String text(int length) throws IOException {
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = input.read(); c != '\n'; c = input.read()) {
      if (c < 0 || line.length() > MAX_TEXT) {
        throw new PickleException("a name that does not end");
      }
      line.append((char) c);
    }
    return line.toString();
  }
}
