/* The limit: the event loop of the compiled engine, written by hand in C for the steps of the benchmark model.
 *
 *     loop FILE REPETITIONS
 *
 * FILE holds the plan's arrays as the compiled engine lays them out (benchmarks/c_loop.py writes it). Prints the
 * CPU seconds of each repetition, then rows, a checksum of all rows, and vehicles gone. Stocks, choices and failures are refused.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int64_t i64;
typedef int32_t i32;

enum { END, TRAVEL, SERVE, HOLD, PASS, FREE, DRAW, RETURN, BRANCH, CHOOSE, MARK };
enum { NOBODY = -1, NOT_YET = -1, NEW_TRIP = -1, FINE_BITS = 12, FINE = 1 << FINE_BITS, COARSE = 1 << 12 };

typedef struct { i64 code, target, amount, slot, jump, draw, per_trip, per_vehicle; } Op;
typedef struct { i64 headway, mean, shift_end; } Facility;
typedef struct { i64 entry, vehicle, rows; } Service;
typedef struct { i64 time, index, value; } Change;
typedef struct { i32 op, queued, started, finished, departed; } Row;
typedef struct { i32 vehicle, first, end; } Block;
typedef struct {
    i32 vehicle, service, local, rank, priority, trip, op, row, block, time, before, after, spare[4];
} Seat;
typedef struct { i32 head, tail; } Lane;

static i64 horizon, n_priorities, n_slots, n_facilities, n_vehicles, n_arrivals;
static Op *ops;
static Facility *facilities;
static Service *services;
static Change *changes;
static i64 *servers, *until, *arrivals;
static i32 *service_of, *priority, *trips, *draws, *vehicle_of;

static Seat *seats;
static Row *rows;
static Lane *lanes;
static i32 *kept, wheel[FINE + COARSE];
static i64 *free_now, *waiting, *touched, n_touched, now, free_seat;
static char *is_touched;

static void *get(FILE *file, i64 size, i64 *count)
{
    i64 n;
    if (fread(&n, sizeof n, 1, file) != 1) exit(3);
    void *data = malloc(n * size + 64);
    if (!data || fread(data, size, n, file) != (size_t)n) exit(3);
    if (count) *count = n;
    return data;
}

static inline void schedule(i64 s, i64 time)
{
    i64 window = time >> FINE_BITS;
    i64 bucket = window == now >> FINE_BITS ? time & (FINE - 1) : FINE + (window & (COARSE - 1));
    i64 last = wheel[bucket];
    seats[s].time = time;
    if (last == NOBODY) last = s;
    seats[s].after = seats[last].after;
    seats[last].after = s;
    wheel[bucket] = s;
}

static inline i64 take(i64 bucket)
{
    i64 last = wheel[bucket], first = seats[last].after;
    if (first == last) wheel[bucket] = NOBODY;
    else seats[last].after = seats[first].after;
    return first;
}

static inline void enqueue(i64 lane, i64 s)
{
    i64 before = lanes[lane].tail, after = NOBODY;
    while (before != NOBODY && seats[before].time == now && seats[before].rank > seats[s].rank) {
        after = before;
        before = seats[before].before;
    }
    seats[s].time = now;
    seats[s].before = before;
    seats[s].after = after;
    if (before == NOBODY) lanes[lane].head = s; else seats[before].after = s;
    if (after == NOBODY) lanes[lane].tail = s; else seats[after].before = s;
}

static inline i64 dequeue(i64 queue)
{
    i64 lane = queue * n_priorities;
    while (lanes[lane].head == NOBODY) lane++;
    i64 s = lanes[lane].head, after = seats[s].after;
    lanes[lane].head = after;
    if (after == NOBODY) lanes[lane].tail = NOBODY; else seats[after].before = NOBODY;
    return s;
}

static inline void touch(i64 place)
{
    if (!is_touched[place]) {
        is_touched[place] = 1;
        touched[n_touched++] = place;
    }
}

static inline void release(i64 place)
{
    if (++free_now[place] > 0 && waiting[place] > 0) touch(place);
}

static inline i64 drawn(i64 o, i64 s)
{
    return draws[ops[o].draw + ops[o].per_trip * seats[s].trip + ops[o].per_vehicle * seats[s].local];
}

static inline i64 seat_taken(void)
{
    i64 s = free_seat;
    free_seat = seats[s].after;
    return s;
}

static inline void seat_given_up(i64 s)
{
    seats[s].vehicle = NOBODY;
    seats[s].after = free_seat;
    free_seat = s;
}

static void grant(i64 s)
{
    i64 o = seats[s].op, place = ops[o].target, ends = now + drawn(o, s);
    Row *row = &rows[seats[s].row];
    free_now[place]--;
    row->started = now;
    if (ends < horizon) {
        row->finished = ends;
        if (ops[o].code == HOLD) kept[s * n_slots + ops[o].slot] = seats[s].row;
        else row->departed = ends;
        schedule(s, ends);
    }
    if (ops[o].code == PASS && now + facilities[place].headway < horizon) {
        i64 token = seat_taken();
        seats[token].vehicle = NOBODY;
        seats[token].op = o;
        schedule(token, now + facilities[place].headway);
    }
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* One run; leaves rows and blocks behind and returns how many blocks there are. */
static i64 play(Block *blocks, i64 *left)
{
    i64 n_rows = 0, n_blocks = 0, next_change = 0, next_arrival = 0;
    now = -1;
    while (now < horizon) {
        i64 s, o;
        if (wheel[now & (FINE - 1)] != NOBODY) {
            s = take(now & (FINE - 1));
            o = seats[s].op;
            if (o != NEW_TRIP) {
                int passed = seats[s].vehicle == NOBODY;
                if (passed || ops[o].code == SERVE) release(ops[o].target);
                if (passed) {
                    seat_given_up(s);
                    continue;
                }
                o++;
            }
        } else if (arrivals[next_arrival] >> 32 <= now) {
            i64 rank = arrivals[next_arrival++] & 0xFFFFFFFF, vehicle = vehicle_of[rank];
            s = seat_taken();
            seats[s].vehicle = vehicle;
            seats[s].service = service_of[vehicle];
            seats[s].local = vehicle - services[service_of[vehicle]].vehicle;
            seats[s].rank = rank;
            seats[s].priority = priority[vehicle];
            seats[s].trip = -1;
            o = NEW_TRIP;
        } else if (n_touched > 0) {
            while (n_touched > 0) {
                i64 place = touched[--n_touched];
                is_touched[place] = 0;
                while (free_now[place] > 0 && waiting[place] > 0) {
                    waiting[place]--;
                    grant(dequeue(place));
                }
            }
            continue;
        } else {
            i64 limit = arrivals[next_arrival] >> 32;
            if (changes[next_change].time < limit) limit = changes[next_change].time;
            if (horizon < limit) limit = horizon;
            while (now < limit) {
                now++;
                if ((now & (FINE - 1)) == 0) {
                    i64 bucket = FINE + ((now >> FINE_BITS) & (COARSE - 1));
                    while (wheel[bucket] == NOBODY && now + FINE <= limit) {
                        now += FINE;
                        bucket = FINE + ((now >> FINE_BITS) & (COARSE - 1));
                    }
                    i64 last = wheel[bucket];
                    for (s = NOBODY; s != last;) {
                        s = take(bucket);
                        schedule(s, seats[s].time);
                    }
                }
                if (wheel[now & (FINE - 1)] != NOBODY) break;
            }
            for (; changes[next_change].time == now; next_change++) {
                free_now[changes[next_change].index] += changes[next_change].value;
                touch(changes[next_change].index);
            }
            continue;
        }
        i64 r = seats[s].row;
        if (o == NEW_TRIP) {
            Service *service = &services[seats[s].service];
            seats[s].trip++;
            seats[s].block = n_blocks;
            r = n_rows - 1;
            blocks[n_blocks].vehicle = seats[s].vehicle;
            blocks[n_blocks].first = n_rows;
            n_blocks++;
            n_rows += service->rows;
            o = service->entry;
        }
        for (int moving = 1; moving;) {
            i64 code = ops[o].code, ends, place;
            switch (code) {
            case TRAVEL:
            case MARK:
                ends = now + (code == TRAVEL ? drawn(o, s) : 0);
                if (ends >= horizon) ends = NOT_YET;
                rows[++r] = (Row){o, now, now, ends, ends};
                if (ends == now) {
                    o++;
                    continue;
                }
                if (ends != NOT_YET) schedule(s, ends);
                break;
            case BRANCH:
                o = drawn(o, s) ? ops[o].jump : o + 1;
                continue;
            case FREE:
                rows[kept[s * n_slots + ops[o].slot]].departed = now;
                release(ops[o].target);
                o++;
                continue;
            case SERVE:
            case HOLD:
            case PASS:
                place = ops[o].target;
                rows[++r] = (Row){o, now, NOT_YET, NOT_YET, NOT_YET};
                seats[s].op = o;
                seats[s].row = r;
                if (free_now[place] > 0 && waiting[place] == 0 && n_touched == 0
                    && wheel[now & (FINE - 1)] == NOBODY && arrivals[next_arrival] >> 32 > now) {
                    grant(s);
                } else {
                    waiting[place]++;
                    enqueue(place * n_priorities + seats[s].priority, s);
                    if (free_now[place] > 0) touch(place);
                }
                break;
            case END:
                blocks[seats[s].block].end = r + 1;
                if (seats[s].trip + 1 < trips[seats[s].vehicle] && now < until[seats[s].vehicle]) {
                    o = NEW_TRIP;
                    schedule(s, now);
                } else {
                    left[seats[s].vehicle] = now;
                    seat_given_up(s);
                }
                break;
            default:
                exit(4);
            }
            seats[s].op = o;
            seats[s].row = r;
            moving = 0;
        }
    }
    for (i64 s = 0; s < 2 * n_arrivals + 2; s++)
        if (seats[s].vehicle != NOBODY) blocks[seats[s].block].end = seats[s].row + 1;
    return n_blocks;
}

int main(int count, char **words)
{
    FILE *file = count == 3 ? fopen(words[1], "rb") : NULL;
    if (!file) return 2;
    i64 *scalars = get(file, sizeof(i64), NULL);
    horizon = scalars[0];
    n_priorities = scalars[1];
    n_slots = scalars[2];
    ops = get(file, sizeof(Op), NULL);
    facilities = get(file, sizeof(Facility), &n_facilities);
    services = get(file, sizeof(Service), NULL);
    service_of = get(file, sizeof(i32), &n_vehicles);
    priority = get(file, sizeof(i32), NULL);
    trips = get(file, sizeof(i32), NULL);
    until = get(file, sizeof(i64), NULL);
    draws = get(file, sizeof(i32), NULL);
    vehicle_of = get(file, sizeof(i32), NULL);
    arrivals = get(file, sizeof(i64), &n_arrivals);
    changes = get(file, sizeof(Change), NULL);
    servers = get(file, sizeof(i64), NULL);
    fclose(file);

    i64 room = 0, n_seats = 2 * n_arrivals + 2, gone = 0, n_blocks = 0;
    uint64_t n_rows = 0, sum = 0;
    for (i64 a = 0; a + 1 < n_arrivals; a++) room += services[service_of[vehicle_of[arrivals[a] & 0xFFFFFFFF]]].rows;
    for (int repetition = atoi(words[2]); repetition > 0; repetition--) {
        rows = malloc((room + 64) * sizeof(Row));
        seats = aligned_alloc(64, n_seats * sizeof(Seat));
        kept = malloc((n_seats * n_slots + 1) * sizeof(i32));
        Block *blocks = malloc((n_arrivals + 1) * sizeof(Block));
        i64 *left = malloc((n_vehicles + 1) * sizeof(i64));
        lanes = malloc(n_facilities * n_priorities * sizeof(Lane));
        free_now = malloc(n_facilities * sizeof(i64));
        waiting = calloc(n_facilities, sizeof(i64));
        touched = malloc((n_facilities + 1) * sizeof(i64));
        is_touched = calloc(n_facilities, 1);
        memset(wheel, 0xFF, sizeof wheel);
        memset(lanes, 0xFF, n_facilities * n_priorities * sizeof(Lane));
        memset(left, 0xFF, n_vehicles * sizeof(i64));
        memcpy(free_now, servers, n_facilities * sizeof(i64));
        n_touched = 0;
        free_seat = 0;
        for (i64 s = 0; s < n_seats; s++) {
            seats[s].vehicle = NOBODY;
            seats[s].after = s + 1;
        }
        double start = cpu_seconds();
        n_blocks = play(blocks, left);
        printf("%.6f\n", cpu_seconds() - start);
        n_rows = sum = gone = 0;
        for (i64 b = 0; b < n_blocks; b++)
            for (i64 r = blocks[b].first; r < blocks[b].end; r++, n_rows++)
                sum += (uint64_t)rows[r].op + 3 * (uint64_t)rows[r].queued + 5 * (uint64_t)rows[r].started
                     + 7 * (uint64_t)rows[r].finished + 11 * (uint64_t)rows[r].departed;
        for (i64 v = 0; v < n_vehicles; v++) gone += left[v] >= 0;
        free(rows);
        free(seats);
        free(kept);
        free(blocks);
        free(left);
        free(lanes);
        free(free_now);
        free(waiting);
        free(touched);
        free(is_touched);
    }
    printf("%llu %llu %lld\n", (unsigned long long)n_rows, (unsigned long long)sum, (long long)gone);
    return 0;
}
