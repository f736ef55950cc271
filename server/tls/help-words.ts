/** What the help page says. Steps name menus as the systems do in that language. */
export type HelpWords = {
  title: string
  why: string
  get: string
  compare: string
  then: string
  open: string
  android: readonly string[]
  ios: readonly string[]
  windows: readonly string[]
  fleet: string
}

const en: HelpWords = {
  title: 'Let this device trust Stockhand',
  why: 'Browsers give the camera to pages whose certificate they trust. This server has made its own certificate authority; each handheld has to be told once that it may be trusted.',
  get: 'Download the certificate authority',
  compare:
    'Compare this fingerprint with the one that the server has printed when it started. If they differ, stop here:',
  then: 'Then',
  open: 'Open Stockhand at this address (or scan it, or scan the set-up code that the server prints):',
  android: [
    'Download the file above.',
    'Settings → Security → More security settings → Encryption & credentials → Install a certificate → CA certificate. (The search in Settings finds it by "certificate".)',
    'Install anyway, then choose the file stockhand.crt.',
  ],
  ios: [
    'Download the file above in Safari and allow it.',
    'Settings → General → VPN & Device Management → the profile → Install.',
    'Settings → General → About → Certificate Trust Settings: switch it on for Stockhand.',
  ],
  windows: [
    'Download the file above and open it.',
    'Install Certificate → Current User → Place all certificates in the following store → Trusted Root Certification Authorities.',
    'Start the browser anew.',
  ],
  fleet: 'Many handhelds: hand stockhand.crt out as a trusted root by the device management that you have.',
}

const tr: HelpWords = {
  title: 'Bu cihaz Stockhand’e güvensin',
  why: 'Tarayıcılar kamerayı yalnızca sertifikasına güvendikleri sayfalara verir. Bu sunucu kendi sertifika yetkilisini oluşturdu; her el terminaline bir kez, ona güvenebileceği söylenmelidir.',
  get: 'Sertifika yetkilisini indir',
  compare: 'Bu parmak izini, sunucunun açılışta yazdığı ile karşılaştırın. Farklıysa burada durun:',
  then: 'Sonra',
  open: 'Stockhand’i bu adreste açın (ya da onu veya sunucunun yazdığı kurulum kodunu okutun):',
  android: [
    'Yukarıdaki dosyayı indirin.',
    'Ayarlar → Güvenlik → Diğer güvenlik ayarları → Şifreleme ve kimlik bilgileri → Sertifika yükle → CA sertifikası. (Ayarlar’da "sertifika" diye arayınca bulunur.)',
    'Yine de yükle deyin, sonra stockhand.crt dosyasını seçin.',
  ],
  ios: [
    'Yukarıdaki dosyayı Safari’de indirin ve izin verin.',
    'Ayarlar → Genel → VPN ve Aygıt Yönetimi → profil → Yükle.',
    'Ayarlar → Genel → Hakkında → Sertifika Güven Ayarları: Stockhand için açın.',
  ],
  windows: [
    'Yukarıdaki dosyayı indirip açın.',
    'Sertifika Yükle → Geçerli Kullanıcı → Tüm sertifikaları aşağıdaki depolama alanına yerleştir → Güvenilen Kök Sertifika Yetkilileri.',
    'Tarayıcıyı yeniden başlatın.',
  ],
  fleet: 'Çok sayıda el terminali: stockhand.crt dosyasını cihaz yönetiminizle güvenilen kök olarak dağıtın.',
}

export const HELP_WORDS = { en, tr } as const
