// CUDA's driver, NVRTC and cuDNN's graph interface on the CPU, as far as blockwork-cuda uses them.
//
// Kernels are compiled by g++ from the source that NVRTC is given. Work is recorded while a stream captures, and done at
// launch of the graph only, as on a GPU. New memory holds NaNs. Every call counts, and any one of them can be made to fail.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

namespace {
typedef std::function<void()> Work;
struct Graph { std::vector<Work> work; };
struct Stream { bool capturing = false; std::unique_ptr<Graph> graph; };
struct Kernel { std::string name; void (*launch)(unsigned, unsigned, unsigned, unsigned, void**); int count; };

std::recursive_mutex mutex;
std::set<void*> live;
long opened = 0;
int major = 9;
std::map<void*, size_t> blocks;
std::string last_error;
// Calls are counted, and fail, on the thread that asked for it: devices that nobody holds any longer
// are closed on another one, whenever the garbage collector finds them.
std::thread::id counted;
long calls = 0, fail_at = -1, used = 0, capacity = 1l << 40, to_host = 0;
// What the device has been busy for, in milliseconds: a kernel takes 0.1, cuDNN's proposals 3, 1 and 2.
double busy = 0;
const double COSTS[] = {3, 1, 2};
std::string failed;

template <class T> T* track(T* p) { live.insert(p); return p; }
bool untrack(void* p) { return live.erase(p) == 1; }

bool fails(const char* function) {
  if (std::this_thread::get_id() != counted || ++calls != fail_at) return false;
  failed = function;
  return true;
}
// What frees does its work all the same, so that the test sees leaks of others only.
#define CALL(status) std::lock_guard<std::recursive_mutex> hold(mutex); if (fails(__func__)) return status
#define FREEING std::lock_guard<std::recursive_mutex> hold(mutex)

const int CUDA_FAILURE = 719, NVRTC_FAILURE = 11, CUDNN_FAILURE = 5000, UNSUPPORTED = 3000, BAD = 2000;

void on(long stream, Work work) {
  Stream* s = (Stream*)stream;
  if (s->capturing) s->graph->work.push_back(work); else work();
}
float from_bf16(uint16_t v) { uint32_t b = (uint32_t)v << 16; float f; memcpy(&f, &b, 4); return f; }
uint16_t to_bf16(float f) { uint32_t b; memcpy(&b, &f, 4); return f == f ? (b + 0x7fff + ((b >> 16) & 1)) >> 16 : 0x7fff; }
}

// ---- control, for tests
typedef std::lock_guard<std::recursive_mutex> Hold;
API long emulator_calls() { Hold hold(mutex); return calls; }
API void emulator_fail_at(long n) {
  Hold hold(mutex);
  counted = std::this_thread::get_id(); calls = 0; fail_at = n; failed.clear();
}
API const char* emulator_failed() { Hold hold(mutex); return failed.c_str(); }
API long emulator_live() { Hold hold(mutex); return (long)live.size(); }
// Contexts and handles, which live as long as their devices.
API long emulator_opened() { return opened; }
// Bytes that were copied from devices to the host.
API long emulator_to_host() { Hold hold(mutex); return to_host; }
// The compute capability.
API void emulator_capability(int of) { major = of; }
// Bytes that may still be taken.
API void emulator_capacity(long bytes) { capacity = used + bytes; }

// ---- the driver
API int cuInit(int) { CALL(CUDA_FAILURE); return 0; }
API int cuDeviceGetCount(int* n) { CALL(CUDA_FAILURE); *n = 1; return 0; }
API int cuDeviceGet(int* d, int ordinal) { CALL(CUDA_FAILURE); *d = ordinal; return 0; }
API int cuDeviceGetName(char* name, int length, int) { CALL(CUDA_FAILURE); strncpy(name, "emulator", length); return 0; }
API int cuDeviceGetAttribute(int* v, int attribute, int) { CALL(CUDA_FAILURE); *v = attribute == 16 ? 2 : attribute == 75 ? major : 0; return 0; }
API int cuDevicePrimaryCtxRetain(void** c, int) { CALL(CUDA_FAILURE); *c = &live; opened++; return 0; }
API int cuDevicePrimaryCtxRelease_v2(int) { FREEING; opened--; return 0; }
API int cuCtxSetCurrent(long) { CALL(CUDA_FAILURE); return 0; }
API int cuMemGetInfo_v2(long* free, long* total) { CALL(CUDA_FAILURE); *free = capacity - used; *total = capacity; return 0; }
API int cuMemAlloc_v2(void** p, size_t n) {
  CALL(CUDA_FAILURE);
  if (used + (long)n > capacity) return 2;
  *p = aligned_alloc(256, (n + 255) / 256 * 256);
  memset(*p, 0xff, n);
  used += n;
  blocks[*p] = n;
  track(*p);
  return 0;
}
API int cuMemFree_v2(void* p) { FREEING; if (!untrack(p)) return 1; used -= blocks[p]; blocks.erase(p); free(p); return 0; }
API int cuMemHostAlloc(void** p, size_t n, int) { CALL(CUDA_FAILURE); *p = track(malloc(n)); return 0; }
API int cuMemFreeHost(void* p) { FREEING; if (!untrack(p)) return 1; free(p); return 0; }
API int cuMemcpyHtoDAsync_v2(void* to, void* from, size_t n, long s) { CALL(CUDA_FAILURE); on(s, [=] { memcpy(to, from, n); }); return 0; }
API int cuMemcpyDtoHAsync_v2(void* to, void* from, size_t n, long s) { CALL(CUDA_FAILURE); to_host += n; on(s, [=] { memcpy(to, from, n); }); return 0; }
API int cuMemsetD8Async(void* p, unsigned char v, size_t n, long s) { CALL(CUDA_FAILURE); on(s, [=] { memset(p, v, n); }); return 0; }
API int cuStreamCreate(Stream** s, int) { CALL(CUDA_FAILURE); *s = track(new Stream); return 0; }
API int cuStreamDestroy_v2(Stream* s) { FREEING; if (!untrack(s)) return 1; delete s; return 0; }
API int cuStreamSynchronize(Stream* s) { CALL(CUDA_FAILURE); return s->capturing ? 900 : 0; }
API int cuStreamBeginCapture_v2(Stream* s, int) { CALL(CUDA_FAILURE); s->capturing = true; s->graph.reset(new Graph); return 0; }
API int cuStreamEndCapture(Stream* s, Graph** g) {
  std::lock_guard<std::recursive_mutex> hold(mutex);
  bool bad = fails(__func__);
  s->capturing = false;
  if (bad) { s->graph.reset(); return CUDA_FAILURE; }
  *g = track(s->graph.release());
  return 0;
}
API int cuGraphInstantiateWithFlags(Graph** e, Graph* g, long) { CALL(CUDA_FAILURE); *e = track(new Graph(*g)); return 0; }
API int cuGraphLaunch(Graph* g, long) { CALL(CUDA_FAILURE); for (auto& work : g->work) work(); return 0; }
API int cuGraphDestroy(Graph* g) { FREEING; if (!untrack(g)) return 1; delete g; return 0; }
API int cuGraphExecDestroy(Graph* g) { FREEING; if (!untrack(g)) return 1; delete g; return 0; }
API int cuEventCreate(double** e, int) { CALL(CUDA_FAILURE); *e = track(new double); return 0; }
API int cuEventRecord(double* e, long s) { CALL(CUDA_FAILURE); on(s, [=] { *e = busy; }); return 0; }
API int cuEventSynchronize(void*) { CALL(CUDA_FAILURE); return 0; }
API int cuEventElapsedTime(float* ms, double* begin, double* end) { CALL(CUDA_FAILURE); *ms = (float)(*end - *begin); return 0; }
API int cuEventDestroy_v2(double* e) { FREEING; if (!untrack(e)) return 1; delete e; return 0; }
API int cuGetErrorName(int status, const char** text) { *text = status == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_EMULATED"; return 0; }
API int cuGetErrorString(int, const char** text) { *text = "emulated"; return 0; }
API int cuModuleLoadData(void** m, const char* path) {
  CALL(CUDA_FAILURE);
  *m = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!*m) { fprintf(stderr, "emulator: %s\n", dlerror()); return 200; }
  return 0;
}
API int cuModuleGetFunction(Kernel** f, void* m, const char* name) {
  CALL(CUDA_FAILURE);
  void* launch = dlsym(m, (std::string("emulate_") + name).c_str());
  int* count = (int*)dlsym(m, (std::string("arguments_") + name).c_str());
  if (!launch) return 500;
  *f = new Kernel{name, (void (*)(unsigned, unsigned, unsigned, unsigned, void**))launch, *count};
  return 0;
}
API int cuLaunchKernel(Kernel* f, int gx, int gy, int gz, int bx, int by, int bz, int shared, long stream, void** arguments, void** extra) {
  CALL(CUDA_FAILURE);
  if (gx < 1 || gy < 1 || bx < 1 || by < 1 || bx * by > 1024 || gy > 65535) return 1;
  auto values = std::make_shared<std::vector<uint64_t>>();
  for (int i = 0; i < f->count; i++) values->push_back(*(uint64_t*)arguments[i]);
  on(stream, [=] {
    std::vector<void*> at;
    for (auto& v : *values) at.push_back(&v);
    f->launch(gx, gy, bx, by, at.data());
    busy += 0.1;
  });
  return 0;
}

// ---- NVRTC: the machine code is the path of a shared library
struct Program { std::string source, log, path; };
namespace {
std::string folder() { return "@FOLDER@"; }
std::string read(const std::string& path) { std::ifstream in(path); std::stringstream s; s << in.rdbuf(); return s.str(); }
}
API int nvrtcGetNumSupportedArchs(int* n) { CALL(NVRTC_FAILURE); *n = 2; return 0; }
API int nvrtcGetSupportedArchs(int* a) { CALL(NVRTC_FAILURE); a[0] = 75; a[1] = 120; return 0; }
API int nvrtcCreateProgram(Program** p, const char* source, const char*, int, void*, void*) { CALL(NVRTC_FAILURE); *p = track(new Program{source, "", ""}); return 0; }
API int nvrtcDestroyProgram(Program** p) { FREEING; if (!untrack(*p)) return 3; delete *p; return 0; }
API int nvrtcCompileProgram(Program* p, int n, const char** options) {
  CALL(NVRTC_FAILURE);
  std::string definitions, text = "#include \"" + folder() + "/kernel.h\"\n" + p->source + "\n";
  for (int i = 0; i < n; i++) if (!strncmp(options[i], "-D", 2)) definitions += std::string(" ") + options[i];
  // A way in for every kernel: those of the macro KERNEL come in two widths.
  std::string names, source = p->source;
  auto entry = [&](const std::string& name) { names += "ENTRY(" + name + ")\n"; };
  for (size_t i = 0; (i = source.find("__global__ void", i)) != std::string::npos; i += 15) {
    size_t end = source.find('(', i), begin = source.rfind(' ', end - 1) + 1;
    std::string name = source.substr(begin, end - begin);
    if (source.compare(i + 16, 19, "__launch_bounds__(T") != 0) entry(name);
  }
  for (size_t i = 0; (i = source.find("\nKERNEL(", i)) != std::string::npos; i += 8) {
    std::string name = source.substr(i + 8, source.find(',', i) - i - 8);
    entry(name + "_wide");
    entry(name + "_one");
  }
  text += names;
  std::string key = std::to_string(std::hash<std::string>()(text + definitions + read(folder() + "/kernel.h")));
  p->path = folder() + "/kernels-" + key + ".so";
  if (access(p->path.c_str(), R_OK) == 0) return 0;
  std::string cpp = folder() + "/kernels-" + key + ".cpp", log = cpp + ".log", made = p->path + "." + std::to_string(getpid());
  std::ofstream(cpp) << text;
  std::string command = "g++ -std=c++17 -w -O1 -ffp-contract=off -shared -fPIC" + definitions + " -o '" + made + "' '" + cpp + "' >'" + log + "' 2>&1";
  int status = system(command.c_str());
  p->log = read(log);
  if (status != 0) return 6;
  return rename(made.c_str(), p->path.c_str()) == 0 ? 0 : 11;
}
API int nvrtcGetProgramLogSize(Program* p, size_t* n) { *n = p->log.size() + 1; return 0; }
API int nvrtcGetProgramLog(Program* p, char* log) { strcpy(log, p->log.c_str()); return 0; }
API int nvrtcGetCUBINSize(Program* p, size_t* n) { CALL(NVRTC_FAILURE); *n = p->path.size() + 1; return 0; }
API int nvrtcGetCUBIN(Program* p, char* code) { CALL(NVRTC_FAILURE); strcpy(code, p->path.c_str()); return 0; }
API int nvrtcGetPTXSize(Program* p, size_t* n) { return nvrtcGetCUBINSize(p, n); }
API int nvrtcGetPTX(Program* p, char* code) { return nvrtcGetCUBIN(p, code); }
API const char* nvrtcGetErrorString(int) { return "emulated"; }

// ---- cuDNN's graph interface
namespace {
struct Descriptor {
  int kind;
  bool finished = false;
  int rank = 0;
  Descriptor* graph = nullptr;
  std::map<int, std::vector<char>> set;
  bool has(int a) { return set.count(a); }
  int64_t number(int a, int i = 0) { return ((int64_t*)set.at(a).data())[i]; }
  int choice(int a) { return *(int*)set.at(a).data(); }
  Descriptor* part(int a, int i = 0) { return ((Descriptor**)set.at(a).data())[i]; }
  int parts(int a) { return set.at(a).size() / 8; }
};
struct Handle { long stream = 0; };
std::set<Descriptor*> descriptors;
const int SIZES[] = {8, 4, 1, 8, 4, 8, 8, 4, 4, 4, 4, 4, 4, 4, 4, 8};
int refuse(int status, const std::string& why) { last_error = why; return status; }

struct View {
  std::vector<float> values;
  int64_t n, c, h, w;
  float& at(int64_t N, int64_t C, int64_t H, int64_t W) { return values[((N * h + H) * w + W) * c + C]; }
};
View shape(Descriptor* t) {
  View v{{}, t->number(902, 0), t->number(902, 1), t->number(902, 2), t->number(902, 3)};
  v.values.assign(v.n * v.c * v.h * v.w, 0);
  return v;
}
template <class F> void each(Descriptor* t, View& v, F f) {
  size_t i = 0;
  for (int64_t n = 0; n < v.n; n++) for (int64_t h = 0; h < v.h; h++) for (int64_t w = 0; w < v.w; w++) for (int64_t c = 0; c < v.c; c++)
    f(i++, n * t->number(903, 0) + c * t->number(903, 1) + h * t->number(903, 2) + w * t->number(903, 3));
}
void convolve(int kind, Descriptor* conv, View& x, View& w, View& y) {
  int64_t sh = conv->number(103, 0), sw = conv->number(103, 1), ph = conv->number(105, 0), pw = conv->number(105, 1), dh = conv->number(102, 0), dw = conv->number(102, 1), groups = x.c / w.c, kg = y.c / groups;
  for (int64_t n = 0; n < y.n; n++) for (int64_t i = 0; i < y.h; i++) for (int64_t j = 0; j < y.w; j++)
    for (int64_t r = 0; r < w.h; r++) for (int64_t s = 0; s < w.w; s++) {
      int64_t h = i * sh - ph + r * dh, q = j * sw - pw + s * dw;
      if (h < 0 || h >= x.h || q < 0 || q >= x.w) continue;
      for (int64_t k = 0; k < y.c; k++) {
        float *X = &x.at(n, k / kg * w.c, h, q), *W = &w.at(k, 0, r, s), &Y = y.at(n, k, i, j);
        if (kind == 10) { float a = 0; for (int64_t c = 0; c < w.c; c++) a += X[c] * W[c]; Y += a; }
        else if (kind == 12) { float g = Y; for (int64_t c = 0; c < w.c; c++) X[c] += g * W[c]; }
        else { float g = Y; for (int64_t c = 0; c < w.c; c++) W[c] += g * X[c]; }
      }
    }
}
void execute(Descriptor* graph, std::map<int64_t, char*> pointers) {
  std::map<Descriptor*, View> values;
  auto read = [&](Descriptor* t) -> View& {
    auto known = values.find(t);
    if (known != values.end()) return known->second;
    View v = shape(t);
    char* p = pointers.at(t->number(906));
    bool half = t->choice(901) == 9;
    each(t, v, [&](size_t i, int64_t o) { v.values[i] = half ? from_bf16(((uint16_t*)p)[o]) : ((float*)p)[o]; });
    return values[t] = v;
  };
  auto write = [&](Descriptor* t) {
    if (t->set.at(907)[0]) return;
    View& v = values[t];
    char* p = pointers.at(t->number(906));
    bool half = t->choice(901) == 9;
    each(t, v, [&](size_t i, int64_t o) { if (half) ((uint16_t*)p)[o] = to_bf16(v.values[i]); else ((float*)p)[o] = v.values[i]; });
  };
  for (int i = 0; i < graph->parts(801); i++) {
    Descriptor* o = graph->part(801, i);
    if (o->kind >= 10 && o->kind <= 12) {
      int base = o->kind == 10 ? 702 : o->kind == 12 ? 708 : 714;
      Descriptor *x = o->part(o->kind == 10 ? 704 : o->kind == 12 ? 710 : 716), *w = o->part(o->kind == 10 ? 703 : o->kind == 12 ? 709 : 715), *y = o->part(o->kind == 10 ? 705 : o->kind == 12 ? 711 : 717);
      Descriptor* target = o->kind == 10 ? y : o->kind == 12 ? x : w;
      for (Descriptor* t : {x, w, y}) if (t == target) values[t] = shape(t); else read(t);
      convolve(o->kind, o->part(base), values[x], values[w], values[y]);
      write(target);
    } else {
      Descriptor *x = o->part(751), *y = o->part(753);
      View v = read(x);
      if (o->part(750)->choice(0) == 0) {
        View& b = read(o->part(752));
        for (size_t e = 0; e < v.values.size(); e++) v.values[e] += b.values.size() == v.values.size() ? b.values[e] : b.values[e % v.c];
      } else for (float& f : v.values) f = f > 0 ? f : 0;
      values[y] = v;
      write(y);
    }
  }
}
}
API long cudnnGetVersion() { return 91400; }
API const char* cudnnGetErrorString(int status) { return status >= 5000 ? "CUDNN_STATUS_EXECUTION_FAILED" : status >= 3000 ? "CUDNN_STATUS_NOT_SUPPORTED" : "CUDNN_STATUS_BAD_PARAM"; }
API void cudnnGetLastErrorString(char* text, size_t n) { strncpy(text, last_error.c_str(), n - 1); text[n - 1] = 0; last_error.clear(); }
API int cudnnCreate(Handle** h) { CALL(CUDNN_FAILURE); *h = new Handle; opened++; return 0; }
API int cudnnDestroy(Handle* h) { FREEING; opened--; delete h; return 0; }
API int cudnnSetStream(Handle* h, long stream) { CALL(CUDNN_FAILURE); h->stream = stream; return 0; }
API int cudnnBackendCreateDescriptor(int kind, Descriptor** d) { CALL(CUDNN_FAILURE); *d = track(new Descriptor{kind}); descriptors.insert(*d); return 0; }
API int cudnnBackendDestroyDescriptor(Descriptor* d) { FREEING; if (!untrack(d)) return BAD; descriptors.erase(d); delete d; return 0; }
API int cudnnBackendSetAttribute(Descriptor* d, int attribute, int type, int64_t n, char* values) {
  CALL(CUDNN_FAILURE);
  if (!descriptors.count(d) || d->finished || type > 15) return refuse(BAD, "attribute of no open descriptor");
  d->set[attribute] = std::vector<char>(values, values + n * SIZES[type]);
  if (type == 15) for (int i = 0; i < n; i++) {
    Descriptor* part = d->part(attribute, i);
    if (!descriptors.count(part) || !(part->finished || part->kind == 3)) return refuse(BAD, "part is not finalized");
  }
  return 0;
}
API int cudnnBackendFinalize(Descriptor* d) {
  CALL(CUDNN_FAILURE);
  if (!descriptors.count(d)) return BAD;
  d->finished = true;
  if (d->kind == 17) for (int i : {0, 1, 2, 3}) if (d->number(902, i) < 1) return refuse(BAD, "dimension below 1");
  if (d->kind == 15) {
    Descriptor* o = d->part(801);
    int w = o->kind == 10 ? 703 : o->kind == 12 ? 709 : 715, x = w + 1;
    // There are no engines for single channels here, as on some cards.
    if (o->part(w)->number(902, 1) == 1 && o->part(x)->number(902, 1) > 1) return refuse(UNSUPPORTED, "no engine for single channels");
  }
  return 0;
}
API int cudnnBackendGetAttribute(Descriptor* d, int attribute, int type, int64_t space, int64_t* n, char* values) {
  CALL(CUDNN_FAILURE);
  if (!descriptors.count(d)) return BAD;
  if (attribute == 202) {
    // As cuDNN does: how many there are is told only where there is no array for them.
    *n = !values ? 3 : space < 3 ? space : 3;
    for (int i = 0; space > 0 && i < *n; i++) { ((Descriptor**)values)[i]->rank = i; ((Descriptor**)values)[i]->graph = d->part(201); ((Descriptor**)values)[i]->finished = true; }
  } else if (attribute == 300) { *n = 1; Descriptor* e = *(Descriptor**)values; e->rank = d->rank; e->finished = true; }
  else if (attribute == 402) { *n = 1; *(int64_t*)values = 1024; }
  else if (attribute == 1301) { *n = 1; *(int64_t*)values = d->rank; }
  else if (attribute == 1303) {
    // The first proposal uses tensor cores, the second is not deterministic, the third is neither.
    *n = d->rank < 2 ? 1 : 0;
    if (d->rank < 2) *(int*)values = d->rank == 0 ? 0 : 4;
  } else return BAD;
  return 0;
}
API int cudnnBackendExecute(Handle* h, Descriptor* plan, Descriptor* pack) {
  CALL(CUDNN_FAILURE);
  if (!descriptors.count(plan) || !descriptors.count(pack) || !pack->finished || !plan->finished) return refuse(BAD, "no plan");
  Descriptor* config = plan->part(401);
  if (!descriptors.count(config) || !descriptors.count(config->graph)) return refuse(BAD, "the plan's graph was destroyed");
  std::map<int64_t, char*> pointers;
  for (int i = 0; i < pack->parts(1000); i++) pointers[pack->number(1000, i)] = ((char**)pack->set.at(1001).data())[i];
  for (auto& p : pointers) if (!p.second || (uintptr_t)p.second % 16) return refuse(BAD, "pointer is null or not aligned");
  Descriptor* graph = config->graph;
  double cost = COSTS[config->rank];
  on(h->stream, [=] { execute(graph, pointers); busy += cost; });
  return 0;
}
