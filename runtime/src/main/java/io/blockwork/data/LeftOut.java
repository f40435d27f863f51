package io.blockwork.data;

import java.util.ArrayList;
import java.util.List;

/**
 * What lay below an image folder and was left out, counted by the reason.
 *
 * @param hidden files and folders that are hidden or that systems and tools leave behind: names
 *     that begin with a dot, {@code __MACOSX}, {@code Thumbs.db} and the like; what lies in such a
 *     folder is not counted
 * @param notImages files whose names do not end like an image's
 * @param outsideClasses images that lie beside the class folders instead of in one
 * @param loops links to a folder that they themselves lie in
 * @param brokenLinks links to nothing
 */
public record LeftOut(int hidden, int notImages, int outsideClasses, int loops, int brokenLinks) {
  /** All of them. */
  public int total() {
    return hidden + notImages + outsideClasses + loops + brokenLinks;
  }

  /** For people: {@code 2 hidden or system files, 1 broken link}; {@code nothing} if it is so. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    add(parts, hidden, "hidden or system file", "hidden or system files");
    add(parts, notImages, "file not named as an image", "files not named as images");
    add(
        parts,
        outsideClasses,
        "image outside of the class folders",
        "images outside of the class folders");
    add(parts, loops, "link into a loop", "links into loops");
    add(parts, brokenLinks, "broken link", "broken links");
    return parts.isEmpty() ? "nothing" : String.join(", ", parts);
  }

  private static void add(List<String> parts, int count, String one, String many) {
    if (count > 0) {
      parts.add(count + " " + (count == 1 ? one : many));
    }
  }
}
