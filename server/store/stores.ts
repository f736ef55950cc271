import type { ContinuityStore } from '../continuity-ports.ts'
import type { Statistics, Stores } from '../ports.ts'
import type { FeedKeeper } from '../workers/compact.ts'
import type { KpiWork } from '../workers/kpi.ts'
import type { PlanStore } from '../workers/plan.ts'
import type { ErpStores, FaceStore, WaitingStore } from '../workers/ports.ts'
import type { WatchStore } from '../workers/watch.ts'
import { makeAccountStore } from './accounts.ts'
import { makeAuditStore } from './audit-book.ts'
import { makeCallStore } from './calls.ts'
import { makeCarrierLabelStore } from './carrier-labels.ts'
import { makeCatalogueStore } from './catalogue.ts'
import { makeCompareStore } from './compare.ts'
import { makeConnectionStore, makeMappingStore } from './connection.ts'
import { makeFeedKeeper } from './compact.ts'
import { makeContinuityStore } from './continuity.ts'
import { makeDeskStore } from './desk.ts'
import { makeDeviceStore } from './device.ts'
import { makeEraseStore } from './erase.ts'
import { makeFigureStore } from './figures.ts'
import { makeGoodsStore } from './goods.ts'
import { makeImportStore } from './import.ts'
import { makeKpiStore } from './kpi-desk.ts'
import { makeKpiWork } from './kpi-work.ts'
import { makeIntakeStore } from './intake.ts'
import { makeLateStore } from './late.ts'
import { makeLossStore } from './losses.ts'
import { makeNames } from './names.ts'
import type { Executor } from './names.ts'
import { makeMoveStore } from './moves.ts'
import { makeOrderStatusStore } from './order-status.ts'
import { makeOutboxStore } from './outbox.ts'
import { makeOwnSettingsStore } from './own-settings.ts'
import { makePastStore } from './past.ts'
import { makePhotoStore } from './photos.ts'
import { makePlaceStore } from './place.ts'
import { makePromiseStore } from './promise.ts'
import { makePlanStore } from './plan.ts'
import { makePrintStore } from './print.ts'
import { makeQuarantineStore } from './quarantine.ts'
import { makeRecallStore } from './recall.ts'
import { makeDeskWorkStore } from './desk-work.ts'
import { makeRescueStore } from './rescue.ts'
import { makeStocktakeStore } from './stocktake.ts'
import { makeSignInStore } from './sign-in.ts'
import { makeSiteStore } from './site.ts'
import { makeScheduleStore } from './schedules.ts'
import { makeStatistics } from './statistics.ts'
import { makeSyncStore } from './sync-store.ts'
import { makeFaceStore } from './faces.ts'
import { makeWatchStore } from './device-watch.ts'
import { makeViewStore } from './view.ts'
import { makeWaitingStore } from './waiting.ts'
import { makeWorkStore } from './work.ts'

/** All stores over one opened and migrated database, PostgreSQL or PGlite. */
export const makeStores = (
  db: Executor,
): Stores &
  ErpStores & {
    waiting: WaitingStore
    faces: FaceStore
    plans: PlanStore
    statistics: Statistics
    kpiWork: KpiWork
    watch: WatchStore
    continuity: ContinuityStore
    feeds: FeedKeeper
    /** Nothing that was read of the database is trusted any more. */
    forget: () => void
  } => {
  const names = makeNames()
  return {
    sync: makeSyncStore(db, names),
    devices: makeDeviceStore(db, names),
    work: makeWorkStore(db, names),
    catalogue: makeCatalogueStore(db, names),
    site: makeSiteStore(db, names),
    quarantine: makeQuarantineStore(db),
    desk: makeDeskStore(db, names),
    photos: makePhotoStore(db, names),
    past: makePastStore(db, names),
    moves: makeMoveStore(db, names),
    kpi: makeKpiStore(db, names),
    kpiWork: makeKpiWork(db, names),
    accounts: makeAccountStore(db, names),
    signIns: makeSignInStore(db, names),
    audit: makeAuditStore(db, names),
    views: makeViewStore(db, names),
    ownSettings: makeOwnSettingsStore(db),
    print: makePrintStore(db, names),
    carrierLabels: makeCarrierLabelStore(db, names),
    recalls: makeRecallStore(db, names),
    goods: makeGoodsStore(db, names),
    stocktakes: makeStocktakeStore(db, names),
    leavers: makeEraseStore(db, names),
    losses: makeLossStore(db, names),
    late: makeLateStore(db, names),
    rescues: makeRescueStore(db, names),
    calls: makeCallStore(db, names),
    schedules: makeScheduleStore(db, names),
    deskWork: makeDeskWorkStore(db, names),
    import: makeImportStore(db, names),
    intake: makeIntakeStore(db),
    outbox: makeOutboxStore(db),
    compare: makeCompareStore(db, names),
    places: makePlaceStore(db, names),
    promises: makePromiseStore(db, names),
    orderStatus: makeOrderStatusStore(db, names),
    connections: makeConnectionStore(db, names),
    mappings: makeMappingStore(db),
    waiting: makeWaitingStore(db, names),
    faces: makeFaceStore(db, names),
    plans: makePlanStore(db, names),
    figures: makeFigureStore(db),
    statistics: makeStatistics(db),
    watch: makeWatchStore(db, names),
    continuity: makeContinuityStore(db, names),
    feeds: makeFeedKeeper(db, names),
    forget: () => names.forget(),
  }
}
